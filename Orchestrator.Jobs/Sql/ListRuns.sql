-- Runs, newest first: the id of a run begins with its time. At most @Window of them are looked at, so that a rare filter
-- does not read the whole table; where a page begins and ends is one condition of the key, so that a plan made for all
-- pages starts there.
select r.workflow_run_id as "WorkflowRunId", r.workflow_key as "WorkflowKey", r.workflow_version as "WorkflowVersion",
       r.user_id as "UserId", r.intent_id as "IntentId", r.trigger as "Trigger",
       r.trigger_event_id as "TriggerEventId", r.parent_run_id as "ParentRunId", r.restarted_from as "RestartedFrom", r.status as "Status", r.priority as "Priority",
       r.open_steps as "OpenSteps", r.created_at as "CreatedAt", r.scheduled_at as "ScheduledAt", r.started_at as "StartedAt",
       r.finished_at as "FinishedAt"
from (select * from workflow_runs
      where tenant_id = @Tenant and (@Parent::uuid is null or parent_run_id = @Parent) and workflow_run_id >= @First and workflow_run_id < @Before
      order by workflow_run_id desc
      limit @Window) r
where (@Status::text is null or r.status = @Status)
  and (@WorkflowKey::text is null or r.workflow_key = @WorkflowKey)
  and (@UserId::text is null or r.user_id = @UserId)
  and (@IntentId::text is null or r.intent_id = @IntentId)
  and (@From::timestamptz is null or r.created_at >= @From)
  and (@To::timestamptz is null or r.created_at < @To)
  -- by the version that the run started with
  and (@Tag::text is null or (r.workflow_key, r.workflow_version) in
       (select d.workflow_key, d.version from workflow_definitions d where d.tenant_id = @Tenant and d.tags @> array[@Tag::text]))
  and (@Words::text is null
       or strpos(lower(concat_ws(' ', r.workflow_run_id, r.workflow_key, r.user_id, r.intent_id)), @Words) > 0
       or r.status in ('failed', 'cancelled')
          and strpos((select lower(d.error ->> 'message') from workflow_run_data d
                      where d.tenant_id = @Tenant and d.workflow_run_id = r.workflow_run_id), @Words) > 0)
order by r.workflow_run_id desc
limit @Limit
