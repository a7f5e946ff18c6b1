-- A run's attempts that have ended, in the order in which they did; a page of them, after the attempt that ends the page before.
select q.step_id as "StepId", a.attempt as "Attempt", a.attempt_id as "AttemptId", a.started_at as "StartedAt",
       a.finished_at as "FinishedAt", a.success as "Success", a.status_code as "StatusCode", a.error_text as "ErrorText"
from job_attempts a
join job_queue q using (tenant_id, job_id)
where a.tenant_id = @tenant and a.job_id > @first and a.job_id <= @last
  and (@after::uuid is null or (a.finished_at, a.job_id, a.attempt) > (
    select b.finished_at, b.job_id, b.attempt from job_attempts b
    where b.tenant_id = @tenant and b.job_id > @first and b.job_id <= @last and b.attempt_id = @after))
order by a.finished_at, a.job_id, a.attempt
limit @limit
