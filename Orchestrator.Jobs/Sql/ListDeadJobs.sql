-- Dead steps, newest first, by way of the runs that have any: those have an index, and a step's status has none. A step's
-- job id begins with its run's, so the order is the same.
select q.job_id as "JobId", q.workflow_run_id as "WorkflowRunId", r.workflow_key as "WorkflowKey", r.status as "RunStatus",
       q.step_id as "StepId", q.user_id as "UserId", q.intent_id as "IntentId", q.status as "Status", q.waiting_for as "WaitingFor",
       q.priority as "Priority", q.queue as "Queue", q.attempts as "Attempts", q.base_attempts as "BaseAttempts",
       q.lost as "Lost", q.max_attempts as "MaxAttempts", q.resets as "Resets", q.next_run_at as "NextRunAt",
       q.created_at as "CreatedAt", q.started_at as "StartedAt", q.finished_at as "FinishedAt", e.error_text as "Error"
from workflow_runs r
join job_queue q
  on q.tenant_id = r.tenant_id and q.job_id > r.workflow_run_id
 and q.job_id <= overlay(r.workflow_run_id::text placing 'ffffff' from 31)::uuid
left join lateral (select a.error_text from job_attempts a
                   where a.tenant_id = q.tenant_id and a.job_id = q.job_id and not a.success
                   order by a.attempt desc limit 1) e on true
where r.tenant_id = @Tenant and (r.status = 'failed' or r.dead_step is not null)
  and r.workflow_run_id < @Before and q.job_id > @After and q.job_id < @Before
  and q.status = 'dead'
  and (@WorkflowKey::text is null or r.workflow_key = @WorkflowKey)
  and (@StepId::text is null or q.step_id = @StepId)
  and (@UserId::text is null or q.user_id = @UserId)
order by r.workflow_run_id desc, q.job_id desc
limit @Limit
