-- One run with what was given to it and what came of it.
select r.workflow_run_id as "WorkflowRunId", r.workflow_key as "WorkflowKey", r.workflow_version as "WorkflowVersion",
       r.user_id as "UserId", r.intent_id as "IntentId", r.trigger as "Trigger",
       r.trigger_event_id as "TriggerEventId", r.parent_run_id as "ParentRunId", r.restarted_from as "RestartedFrom", r.status as "Status",
       r.priority as "Priority", r.open_steps as "OpenSteps", r.created_at as "CreatedAt",
       r.scheduled_at as "ScheduledAt", r.started_at as "StartedAt", r.finished_at as "FinishedAt",
       d.payload::text as "Payload", d.variables::text as "Variables", d.output::text as "Output", d.error::text as "Error"
from workflow_runs r
join workflow_run_data d using (tenant_id, workflow_run_id)
where r.tenant_id = @tenant and r.workflow_run_id = @run
