-- A step by its address, where it is open and has opened blocks.
select q.job_id, coalesce(q.definition_step, q.step_index), q.status, q.phase, r.status, r.workflow_key, r.workflow_version
from workflow_runs r
left join job_queue q on q.tenant_id = r.tenant_id and q.job_id > r.workflow_run_id and q.job_id <= $3 and q.step_id = $4
where r.tenant_id = $1 and r.workflow_run_id = $2
