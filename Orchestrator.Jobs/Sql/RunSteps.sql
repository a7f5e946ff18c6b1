-- A run's steps in the file's order, each with its result, how often it failed, and what went wrong last.
select q.job_id as "JobId", q.step_id as "StepId", q.step_index as "StepIndex", q.status as "Status",
       q.waiting_for as "WaitingFor", q.taken_from as "TakenFrom", q.attempts as "Attempts", q.max_attempts as "MaxAttempts",
       q.hangfire_job_id as "HangfireJobId", q.next_run_at as "NextRunAt", q.started_at as "StartedAt", q.finished_at as "FinishedAt",
       o.output::text as "Output", f.failed as "FailedAttempts",
       case when q.status <> 'success' then a.error_text end as "Error",
       case when q.status <> 'success' then a.status_code end as "StatusCode",
       case when q.waiting_for = 'approval' then
         (select p.prompt from step_approvals p where p.tenant_id = q.tenant_id and p.job_id = q.job_id order by p.asked_at desc limit 1)
       end as "Prompt"
from job_queue q
left join job_outputs o using (tenant_id, job_id)
cross join lateral (select count(*)::int as failed, max(attempt) as last
                    from job_attempts a
                    where a.tenant_id = q.tenant_id and a.job_id = q.job_id and not a.success) f
left join job_attempts a on a.tenant_id = q.tenant_id and a.job_id = q.job_id and a.attempt = f.last
where q.tenant_id = @tenant and q.job_id > @first and q.job_id <= @last
order by q.job_id
