-- A signal that was sent before.
select name, payload::text from run_signals where tenant_id = $1 and workflow_run_id = $2 and signal_id = $3
