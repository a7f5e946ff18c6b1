-- Dead steps, newest first, by way of the runs that have any: those have an index, and a step's status has none. At most
-- @Window such runs are looked at. A step's job id begins with its run's, so the order is the same. The offset keeps the
-- planner from reading all steps at once.
select q.job_id as "JobId", q.workflow_run_id as "WorkflowRunId", q.workflow_key as "WorkflowKey", q.run_status as "RunStatus",
       q.step_id as "StepId", q.user_id as "UserId", q.intent_id as "IntentId", q.status as "Status", q.waiting_for as "WaitingFor",
       q.priority as "Priority", q.queue as "Queue", q.attempts as "Attempts", q.base_attempts as "BaseAttempts",
       q.lost as "Lost", q.max_attempts as "MaxAttempts", q.resets as "Resets", q.next_run_at as "NextRunAt",
       q.created_at as "CreatedAt", q.started_at as "StartedAt", q.finished_at as "FinishedAt",
       (select a.error_text from job_attempts a
        where a.tenant_id = q.tenant_id and a.job_id = q.job_id and not a.success
        order by a.attempt desc limit 1) as "Error"
from (select s.*, r.workflow_key, r.status as run_status
      from (select * from workflow_runs
            where tenant_id = @Tenant and (status = 'failed' or dead_step is not null)
              and workflow_run_id >= @After and workflow_run_id < @Before
            order by workflow_run_id desc
            limit @Window) r
      cross join lateral (select d.* from job_queue d
                          where d.tenant_id = r.tenant_id and d.job_id > r.workflow_run_id
                            and d.job_id <= overlay(r.workflow_run_id::text placing 'ffffff' from 31)::uuid
                            and d.status = 'dead'
                          offset 0) s
      where s.job_id < @Before
        and (@WorkflowKey::text is null or r.workflow_key = @WorkflowKey)
        and (@StepId::text is null or s.step_id = @StepId)
        and (@UserId::text is null or s.user_id = @UserId)
      order by s.job_id desc
      limit @Limit) q
order by q.job_id desc
