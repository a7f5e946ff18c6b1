-- Runs that have just been dispatched get in line for a slot of their keys; whether it is free is looked at after the
-- commit. On any connection to the database, as Dispatch.sql.
with entered as (
  insert into orchestrator.run_slots (tenant_id, workflow_run_id, key, max_runs, on_limit, priority, due_at)
  select s.tenant_id, s.workflow_run_id, s.key, s.max_runs, s.on_limit, s.priority, s.due_at
  from unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::smallint[], $7::timestamptz[]) with ordinality
    as s (tenant_id, workflow_run_id, key, max_runs, on_limit, priority, due_at, n)
  -- one whose idempotency key was taken does not exist
  join orchestrator.workflow_runs r using (tenant_id, workflow_run_id)
  order by n
  returning tenant_id, key
)
insert into orchestrator.slot_changes (tenant_id, key) select distinct tenant_id, key from entered
