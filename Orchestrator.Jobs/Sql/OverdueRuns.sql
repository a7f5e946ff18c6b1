-- Open runs whose time is over, to be locked and failed.
select r.tenant_id, r.workflow_run_id
from workflow_runs r
where r.status in ('pending', 'running', 'paused') and r.deadline_at < clock_timestamp()
order by r.workflow_run_id
limit 500
