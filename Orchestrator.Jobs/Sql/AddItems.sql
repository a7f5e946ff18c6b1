-- Items at the end of a locked list; the step is to look. The answer is how many there are then; null: too many.
with last as (
  select coalesce(max(position) + 1, 0) as count from step_items where tenant_id = $1 and job_id = $2
), added as (
  insert into step_items (tenant_id, job_id, position, item)
  select $1, $2, l.count + i.place - 1, i.item
  from last l, unnest($3::jsonb[]) with ordinality as i (item, place)
  where l.count + cardinality($3) <= $4
  returning 1
), told as (
  insert into wake_ups (tenant_id, job_id) select $1, $2 where exists (select from added)
)
select l.count + cardinality($3) from last l where exists (select from added)
