-- A new run ($2) goes on from another ($3), which does not go on by itself any more, and both say so in their logs. $4: the first number that no step of it has;
-- null: none has opened anything.
with run as (
  update workflow_runs set restarted_from = $3, next_step = $4 where tenant_id = $1 and workflow_run_id = $2
), recovery as (
  update run_recoveries set due_at = null where tenant_id = $1 and workflow_run_id = $3
)
insert into workflow_logs (tenant_id, workflow_run_id, message, data) values ($1, $2, $5, $7), ($1, $3, $6, $7)
