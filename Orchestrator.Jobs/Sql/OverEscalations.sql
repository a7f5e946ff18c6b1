-- Runs with an alert that is open although its step does not wait for a decision any more.
select distinct a.tenant_id, a.workflow_run_id
from alerts a
where a.job_id is not null and a.resolved_at is null
  and (select q.status = 'waiting' and q.phase = 'held' from job_queue q where q.tenant_id = a.tenant_id and q.job_id = a.job_id) is not true
limit 500
