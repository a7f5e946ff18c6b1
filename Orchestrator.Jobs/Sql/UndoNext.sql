-- Which of these steps of a locked run is to be undone next by step @Job: of those that have ended well and are not undone,
-- the one that ended last. Where another step undoes it at this moment, it is waited for. What is taken is written down as
-- undone by this step, before its compensation opens.
with undone as materialized (
  select (u.number #>> '{}')::int as number,
         -- the newest compensation of a step that is at it: under way, or about to open
         u.place = jsonb_array_length(p.data -> 'undone') and o.status not in ('success', 'skipped', 'cancelled', 'dead')
           and (p.ended < p.opened or u.place > p.opened - (p.data ->> 'before')::int) as is_open
  from step_progress p
  join job_queue o using (tenant_id, job_id)
  cross join lateral jsonb_array_elements(p.data -> 'undone') with ordinality as u (number, place)
  where p.tenant_id = @Tenant and p.job_id > @First and p.job_id <= @Last and p.job_id <> @Job
    and jsonb_typeof(p.data -> 'undone') = 'array'
), next as materialized (
  select q.step_index, coalesce(u.is_open, false) as is_elsewhere
  from job_queue q
  left join undone u on u.number = q.step_index
  where q.tenant_id = @Tenant and q.job_id = any(@Jobs) and q.status = 'success' and u.is_open is distinct from false
  order by q.finished_at desc, q.step_index desc
  limit 1
), taken as (
  update step_progress p
  set data = p.data || jsonb_build_object(
        'before', coalesce(p.data -> 'before', to_jsonb(p.opened)),
        'undone', coalesce(p.data -> 'undone', '[]') || to_jsonb(n.step_index))
  from next n
  where p.tenant_id = @Tenant and p.job_id = @Job and not n.is_elsewhere
)
select step_index as "Step", is_elsewhere as "IsElsewhere" from next
