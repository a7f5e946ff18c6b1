-- Runs that go on from where others stood, and snapshots by the clock.

alter table workflow_runs
  -- the run that this one goes on from; null: it began by itself
  add column restarted_from uuid,
  -- a snapshot is taken that often while it runs; null: never
  add column snapshot_ms    int check (snapshot_ms > 0),
  -- the next one
  add column snapshot_at    timestamptz;

create index workflow_runs_restarted on workflow_runs (tenant_id, restarted_from) where restarted_from is not null;
create index workflow_runs_to_snapshot on workflow_runs (snapshot_at) where snapshot_at is not null and status = 'running';

alter table workflow_run_data
  -- the variables that it began with; null: none was assigned since
  add column first_variables jsonb;

alter table job_queue
  -- the step of the other run whose end and result are taken over; null: it is the run's own
  add column taken_from uuid;
