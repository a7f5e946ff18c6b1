-- A run that can't go on by itself, or does so already by somebody's hand.
update run_recoveries set due_at = null where tenant_id = $1 and workflow_run_id = $2 and due_at <= clock_timestamp()
