-- Runs, newest first: the id of a run begins with its time. Where a page begins is one condition of the key, so that a
-- plan made for all pages starts there.
select workflow_run_id as "WorkflowRunId", workflow_key as "WorkflowKey", workflow_version as "WorkflowVersion",
       user_id as "UserId", intent_id as "IntentId", trigger as "Trigger",
       trigger_event_id as "TriggerEventId", status as "Status", priority as "Priority",
       open_steps as "OpenSteps", created_at as "CreatedAt", scheduled_at as "ScheduledAt", started_at as "StartedAt",
       finished_at as "FinishedAt"
from workflow_runs
where tenant_id = @Tenant
  and (@Status::text is null or status = @Status)
  and (@WorkflowKey::text is null or workflow_key = @WorkflowKey)
  and (@UserId::text is null or user_id = @UserId)
  and (@IntentId::text is null or intent_id = @IntentId)
  and (@From::timestamptz is null or created_at >= @From)
  and (@To::timestamptz is null or created_at < @To)
  and workflow_run_id < coalesce(@Before::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by workflow_run_id desc
limit @Limit
