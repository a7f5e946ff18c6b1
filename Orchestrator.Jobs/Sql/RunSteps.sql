-- A run's steps in the file's order, each with its result and what went wrong last.
select q.job_id as "JobId", q.step_id as "StepId", q.step_index as "StepIndex", q.status as "Status",
       q.waiting_for as "WaitingFor", q.attempts as "Attempts", q.max_attempts as "MaxAttempts",
       q.next_run_at as "NextRunAt", q.started_at as "StartedAt", q.finished_at as "FinishedAt",
       o.output::text as "Output", a.error_text as "Error", a.status_code as "StatusCode"
from job_queue q
left join job_outputs o using (tenant_id, job_id)
left join job_attempts a
  on a.tenant_id = q.tenant_id and a.job_id = q.job_id and q.status <> 'success'
 and a.attempt = (select max(attempt) from job_attempts f
                  where f.tenant_id = q.tenant_id and f.job_id = q.job_id and not f.success)
where q.tenant_id = @tenant and q.job_id > @first and q.job_id <= @last
order by q.job_id
