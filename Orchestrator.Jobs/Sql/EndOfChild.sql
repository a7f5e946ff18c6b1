-- What a run has come to.
select r.status, r.workflow_key, d.output::text, d.error ->> 'message'
from workflow_runs r
join workflow_run_data d using (tenant_id, workflow_run_id)
where r.tenant_id = $1 and r.workflow_run_id = $2
