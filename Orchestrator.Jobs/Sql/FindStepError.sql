-- The error of a step's newest attempt that failed, or why an operator gave it up before its first, and the step's address.
select q.step_id as "StepId", coalesce(a.error_text, l.message) as "Error"
from job_queue q
left join lateral (
  select error_text from job_attempts a
  where a.tenant_id = q.tenant_id and a.job_id = q.job_id and not a.success and a.error_text is not null
  order by a.attempt desc
  limit 1) a on true
left join lateral (
  select message from workflow_logs l
  where a.error_text is null and l.tenant_id = q.tenant_id and l.workflow_run_id = q.workflow_run_id and l.step_id = q.step_id
    and l.data ->> 'action' = 'delete'
  order by l.id desc
  limit 1) l on true
where q.tenant_id = @Tenant and q.job_id = @Job
