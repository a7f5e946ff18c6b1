-- Inputs and variables of runs.
select d.tenant_id, d.workflow_run_id, d.payload::text, d.variables::text
from unnest($1::text[], $2::uuid[]) as w (tenant_id, workflow_run_id)
join workflow_run_data d using (tenant_id, workflow_run_id)
