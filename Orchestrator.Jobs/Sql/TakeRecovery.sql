-- Counts one recovery of a run, which the caller has locked. No row: another worker was first.
update run_recoveries
set due_at = null, recoveries = recoveries + 1
where tenant_id = $1 and workflow_run_id = $2 and due_at <= clock_timestamp()
returning recoveries
