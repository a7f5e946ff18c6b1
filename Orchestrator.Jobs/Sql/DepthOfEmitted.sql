-- How deep an event of this run lies in its chain, as for the run's end: one more than the event that started it.
select 1 + coalesce(e.depth, 0)
from workflow_runs r
left join intent_events e on e.tenant_id = r.tenant_id and e.event_id = r.trigger_event_id
where r.tenant_id = @tenant and r.workflow_run_id = @run
