-- Leaves a recovery that is due for another look.
update run_recoveries
set due_at = clock_timestamp() + interval '1 minute'
where tenant_id = $1 and workflow_run_id = $2 and due_at <= clock_timestamp()
