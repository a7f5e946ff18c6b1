-- The newest block of a step.
select iteration as "Iteration", body as "Body", first_job as "FirstJob", is_open as "IsOpen", dead_step as "DeadStep"
from step_blocks
where tenant_id = @Tenant and job_id = @Job
order by iteration desc
limit 1
