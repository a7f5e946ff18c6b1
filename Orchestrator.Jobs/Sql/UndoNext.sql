-- Which step of a locked run is to be undone next by step @Job: of those within reach that have ended well and are not
-- undone, the one that ended last. Where another step undoes it at this moment, it is waited for. What is taken is written
-- down as undone by this step, before its compensation opens; what a turn took that did not come to open it is the next.
-- Within reach: steps with these indexes in the definition (@Steps), in the blocks of step @Within (null: anywhere) or in one
-- of them (@Iteration), and in no step (of @Containers) that has ended well.
with undone as materialized (
  select (u.number #>> '{}')::int as number, p.job_id = @Job as is_own, u.place,
         case when p.job_id = @Job
           -- taken, and not opened
           then u.place > p.opened - (p.data ->> 'before')::int
           -- the newest compensation of a step that is at it: under way, or about to open
           else u.place = jsonb_array_length(p.data -> 'undone') and o.status not in ('success', 'skipped', 'cancelled', 'dead')
             and (p.ended < p.opened or u.place > p.opened - (p.data ->> 'before')::int)
         end as is_open
  from step_progress p
  join job_queue o using (tenant_id, job_id)
  cross join lateral jsonb_array_elements(p.data -> 'undone') with ordinality as u (number, place)
  where p.tenant_id = @Tenant and p.job_id > @First and p.job_id <= @Last and jsonb_typeof(p.data -> 'undone') = 'array'
), completed as materialized (
  select step_index from job_queue
  where tenant_id = @Tenant and job_id > @First and job_id <= @Last and status = 'success'
    and coalesce(definition_step, step_index) = any(@Containers)
), next as materialized (
  select q.step_index, q.definition_step, q.owners, coalesce(u.is_open and not u.is_own, false) as is_elsewhere, coalesce(u.is_own, false) as is_taken
  from job_queue q
  left join undone u on u.number = q.step_index
  where q.tenant_id = @Tenant and q.job_id > @First and q.job_id <= @Last and q.status = 'success'
    and coalesce(q.definition_step, q.step_index) = any(@Steps) and u.is_open is distinct from false
    and (@Within::int is null or exists (
      select from generate_series(1, cardinality(q.owners), 3) i
      where q.owners[i] = @Within and q.owners[i + 2] = coalesce(@Iteration, q.owners[i + 2])))
    and (u.is_own or not exists (
      select from generate_series(1, cardinality(q.owners), 3) i
      join completed c on c.step_index = q.owners[i]))
  order by is_taken desc, q.finished_at desc, q.step_index desc
  limit 1
), taken as (
  update step_progress p
  set data = p.data || jsonb_build_object(
        'before', coalesce(p.data -> 'before', to_jsonb(p.opened)),
        'undone', coalesce(p.data -> 'undone', '[]') || to_jsonb(n.step_index))
  from next n
  where p.tenant_id = @Tenant and p.job_id = @Job and not n.is_elsewhere and not n.is_taken
)
select step_index as "Step", definition_step as "DefinitionStep", owners as "Owners", is_elsewhere as "IsElsewhere" from next
