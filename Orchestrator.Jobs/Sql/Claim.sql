-- Starts an attempt of each wanted step that may start: queued, or failed or waiting with its time come, in a run that
-- goes on. Raising the attempt's number fences whatever an earlier worker still writes. A step that may not start is
-- not in the answer: its delivery was doubled, late, or its run has ended.
-- Transition: claim (queued, failed, waiting). Database time alone decides.
-- Transition of the run: start (pending)
with want as (
  select * from unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, job_id, workflow_run_id)
), claimed as (
  update job_queue q
  set status = 'running',
      waiting_for = null,
      attempts = q.attempts + 1,
      next_run_at = null,
      lease_owner = $4,
      lease_until = clock_timestamp() + $5,
      started_at = case when q.phase is null then clock_timestamp() else q.started_at end
  from want w
  -- Looked up by key alone: the index of open runs looks short, and is full of those that ended since the last vacuum.
  cross join lateral (
    select r.* from workflow_runs r where r.tenant_id = w.tenant_id and r.workflow_run_id = w.workflow_run_id offset 0
  ) r
  where q.tenant_id = w.tenant_id and q.job_id = w.job_id
    and (q.status = 'queued' or q.status in ('failed', 'waiting') and q.next_run_at <= clock_timestamp())
    and r.status in ('pending', 'running')
  returning q.tenant_id, q.job_id, q.attempts, q.lost, q.max_attempts, clock_timestamp() as claimed_at, q.queue, q.base_attempts, q.resets, q.definition_step, q.owners, q.phase,
            r.workflow_run_id, r.status as run_status, r.workflow_key, r.workflow_version, r.user_id, r.intent_id,
            r.created_at, r.trigger, r.priority as run_priority
), started as (
  update workflow_runs r
  set status = 'running',
      started_at = clock_timestamp(),
      deadline_at = clock_timestamp() + r.timeout_ms * interval '1 ms'
  from (select distinct tenant_id, workflow_run_id, run_status from claimed where run_status = 'pending') c
  where r.tenant_id = c.tenant_id and r.workflow_run_id = c.workflow_run_id and r.status = c.run_status
)
select tenant_id, job_id, attempts, lost, max_attempts, claimed_at, queue, workflow_key, workflow_version,
       user_id, intent_id, created_at, trigger, base_attempts, resets, run_priority,
       definition_step, owners, phase
from claimed
