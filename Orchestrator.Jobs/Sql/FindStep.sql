-- The job of a step of a run, by the step's address.
select job_id
from job_queue
where tenant_id = @Tenant and job_id > @First and job_id <= @Last and step_id = @Step
order by job_id desc
limit 1
