-- Events of one agent, in the order in which they are given; none where there is no such agent. One without a time
-- happens now.
insert into agent_events (tenant_id, agent_id, event_type, data, created_at)
select a.tenant_id, a.id, e.event_type, e.data, coalesce(e.created_at, clock_timestamp())
from agents a,
     unnest(@types, @datas::jsonb[], @times) with ordinality e (event_type, data, created_at, place)
where a.tenant_id = @tenant and a.id = @agent
order by e.place
returning id as "Id", event_type as "EventType", data::text as "Data", workflow_run_id as "WorkflowRunId", created_at as "CreatedAt"
