-- Runs that go on and whose time is over, to be locked and failed; a paused one's time stands still.
select r.tenant_id, r.workflow_run_id
from workflow_runs r
where r.status in ('pending', 'running') and r.deadline_at < clock_timestamp()
order by r.workflow_run_id
limit 500
