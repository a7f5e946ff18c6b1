-- The error of a step's newest attempt that failed, and the step's address.
select q.step_id as "StepId", a.error_text as "Error"
from job_queue q
left join lateral (
  select error_text from job_attempts a
  where a.tenant_id = q.tenant_id and a.job_id = q.job_id and not a.success and a.error_text is not null
  order by a.attempt desc
  limit 1) a on true
where q.tenant_id = @Tenant and q.job_id = @Job
