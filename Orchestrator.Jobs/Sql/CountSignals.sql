-- The state of a run, and how many signals it was sent.
select r.status, (select count(*)::int from run_signals s where s.tenant_id = r.tenant_id and s.workflow_run_id = r.workflow_run_id)
from workflow_runs r
where r.tenant_id = $1 and r.workflow_run_id = $2
