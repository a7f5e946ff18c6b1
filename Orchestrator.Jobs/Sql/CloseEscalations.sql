-- Closes the alerts of a locked run whose steps don't wait for a decision any more. $3: what was decided, and by whom.
-- The answer: whether the run was paused for decisions, and none is left. An operator's pause stays.
with closed as (
  update alerts a
  set resolved_at = clock_timestamp(), data = a.data || $3
  where a.tenant_id = $1 and a.workflow_run_id = $2 and a.job_id is not null and a.resolved_at is null
    and not exists (select from job_queue q
                    where q.tenant_id = a.tenant_id and q.job_id = a.job_id and q.status = 'waiting' and q.phase = 'held')
  returning a.alert_id
)
select exists (select from workflow_runs r
               join alerts a on a.tenant_id = r.tenant_id and a.workflow_run_id = r.workflow_run_id
               where r.tenant_id = $1 and r.workflow_run_id = $2 and r.status = 'paused'
                 and a.has_paused and a.created_at >= r.paused_at)
   and not exists (select from alerts a
                   where a.tenant_id = $1 and a.workflow_run_id = $2 and a.job_id is not null and a.resolved_at is null
                     and a.alert_id not in (select alert_id from closed))
