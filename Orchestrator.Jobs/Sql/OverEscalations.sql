-- Runs with an alert that is open although its step does not wait for a decision any more.
select distinct a.tenant_id, a.workflow_run_id
from alerts a
left join job_queue q on q.tenant_id = a.tenant_id and q.job_id = a.job_id
where a.job_id is not null and a.resolved_at is null and (q.status = 'waiting' and q.phase = 'held') is not true
limit 500
