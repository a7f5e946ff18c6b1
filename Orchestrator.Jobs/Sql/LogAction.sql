-- What an operator did to a step of a run, in the run's log.
insert into workflow_logs (tenant_id, workflow_run_id, step_id, message, data)
select $1, $2, q.step_id, left($4, 2000), $5
from job_queue q
where q.tenant_id = $1 and q.job_id = $3
