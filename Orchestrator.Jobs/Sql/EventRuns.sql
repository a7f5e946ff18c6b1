-- The runs that an event has started.
select workflow_run_id as "WorkflowRunId", workflow_key as "WorkflowKey", status as "Status"
from workflow_runs
where tenant_id = @tenant and trigger_event_id = @id
  -- not those that these have started in turn
  and parent_run_id is null
order by workflow_key, workflow_run_id
