-- What a run hands on to those that its steps start.
select r.trigger_event_id, r.nesting from workflow_runs r where r.tenant_id = $1 and r.workflow_run_id = $2
