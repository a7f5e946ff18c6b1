-- Locked runs have their slots now: their steps that waited for that are due, and the sweeper queues them.
with slot as (
  update run_slots s set holds = true
  from unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, workflow_run_id, last_job_id)
  where s.tenant_id = w.tenant_id and s.workflow_run_id = w.workflow_run_id
  returning s.tenant_id, s.workflow_run_id, w.last_job_id
)
update job_queue q
set next_run_at = clock_timestamp()
from slot s
where q.tenant_id = s.tenant_id and q.job_id > s.workflow_run_id and q.job_id <= s.last_job_id
  and q.status = 'waiting' and split_part(q.waiting_for, ':', 1) = 'slot'
