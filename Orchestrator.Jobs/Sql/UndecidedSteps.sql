-- Steps of a run that wait for a decision, in the order in which they failed.
select a.step_id
from alerts a
where a.tenant_id = $1 and a.workflow_run_id = $2 and a.job_id is not null and a.resolved_at is null
order by a.created_at, a.alert_id
