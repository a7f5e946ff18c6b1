-- A run's attempts that have ended, in the order in which they did.
select q.step_id as "StepId", a.attempt as "Attempt", a.attempt_id as "AttemptId", a.started_at as "StartedAt",
       a.finished_at as "FinishedAt", a.success as "Success", a.status_code as "StatusCode", a.error_text as "ErrorText"
from job_attempts a
join job_queue q using (tenant_id, job_id)
where a.tenant_id = @tenant and a.job_id > @first and a.job_id <= @last
order by a.finished_at, a.job_id
