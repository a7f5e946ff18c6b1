-- The blocks of a step, in their order.
select iteration as "Iteration", body as "Body", first_job as "FirstJob", is_open as "IsOpen", dead_step as "DeadStep"
from step_blocks
where tenant_id = @Tenant and job_id = @Job
order by iteration
