-- Of runs those that no other goes on from.
select w.workflow_run_id
from unnest($2::uuid[]) as w (workflow_run_id)
where not exists (select from workflow_runs r where r.tenant_id = $1 and r.restarted_from = w.workflow_run_id)
