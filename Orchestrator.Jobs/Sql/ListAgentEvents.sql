-- What an agent has done, newest first.
select id as "Id", event_type as "EventType", data::text as "Data", workflow_run_id as "WorkflowRunId", created_at as "CreatedAt"
from agent_events
where tenant_id = @tenant and agent_id = @agent
  and (@before::bigint is null
       or (created_at, id) < (select b.created_at, b.id from agent_events b where b.tenant_id = @tenant and b.id = @before and b.agent_id = @agent))
order by created_at desc, id desc
limit @limit
