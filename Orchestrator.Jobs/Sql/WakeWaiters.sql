-- Tells the first in line for each of these locks that it is free; null: for every lock that somebody waits for. Nobody is
-- told while it is held, or while somebody who was told may still come. Rows that somebody moves at the same moment are
-- left to the next look.
with wanted as materialized (
  select distinct w.tenant_id, w.key
  from step_waits w
  where w.kind = 'exclusive'
    and ($1::text[] is null or (w.tenant_id, w.key) in (select * from unnest($1::text[], $2::text[])))
    and not exists (select from autonomous_execution_locks l
                    where l.tenant_id = w.tenant_id and l.lock_key = w.key and l.expires_at > clock_timestamp())
    and not exists (select from step_waits o
                    where o.tenant_id = w.tenant_id and o.kind = 'exclusive' and o.key = w.key
                      and o.due_at > clock_timestamp() - interval '10 seconds')
), first as materialized (
  select f.*
  from wanted k
  cross join lateral (
    select w.tenant_id, w.job_id
    from step_waits w
    join job_queue q using (tenant_id, job_id)
    join workflow_runs r using (tenant_id, workflow_run_id)
    where w.tenant_id = k.tenant_id and w.kind = 'exclusive' and w.key = k.key and w.due_at is null
      and q.status = 'waiting' and q.next_run_at is not null and r.status in ('pending', 'running')
    order by w.place
    limit 1
    for no key update of q skip locked) f
), told as (
  update step_waits w set due_at = clock_timestamp() from first f where w.tenant_id = f.tenant_id and w.job_id = f.job_id
)
update job_queue q set next_run_at = clock_timestamp()
from first f where q.tenant_id = f.tenant_id and q.job_id = f.job_id
