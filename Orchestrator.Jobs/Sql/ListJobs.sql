-- Steps of runs, newest first. At most @Window of them are looked at, so that a rare filter does not read the whole table.
select q.job_id as "JobId", q.workflow_run_id as "WorkflowRunId", r.workflow_key as "WorkflowKey", r.status as "RunStatus",
       q.step_id as "StepId", q.user_id as "UserId", q.intent_id as "IntentId", q.status as "Status", q.waiting_for as "WaitingFor",
       q.priority as "Priority", q.queue as "Queue", q.attempts as "Attempts", q.base_attempts as "BaseAttempts",
       q.lost as "Lost", q.max_attempts as "MaxAttempts", q.resets as "Resets", q.next_run_at as "NextRunAt",
       q.created_at as "CreatedAt", q.started_at as "StartedAt", q.finished_at as "FinishedAt", e.error_text as "Error"
from (select * from job_queue
      where tenant_id = @Tenant and job_id > @After and job_id < @Before
      order by job_id desc
      limit @Window) q
join workflow_runs r using (tenant_id, workflow_run_id)
left join lateral (select a.error_text from job_attempts a
                   where a.tenant_id = q.tenant_id and a.job_id = q.job_id and not a.success and q.status <> 'success'
                   order by a.attempt desc limit 1) e on true
where (@Status::text is null or q.status = @Status)
  and (@WorkflowKey::text is null or r.workflow_key = @WorkflowKey)
  and (@StepId::text is null or q.step_id = @StepId)
  and (@UserId::text is null or q.user_id = @UserId)
order by q.job_id desc
limit @Limit
