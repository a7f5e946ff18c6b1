-- Control over runs.

alter table workflow_runs
  -- of a paused run: since then its clock stands still; a timer that is set meanwhile counts from there
  add column paused_at timestamptz;
alter table workflow_runs
  -- the pauses that are over; null: there were none
  add column pauses      tstzmultirange,
  -- its time (timeout_ms) counts from there, since it was reopened; null: from its start
  add column reopened_at timestamptz;

-- A run as it stood at a moment. Name of seed 002.
create table workflow_snapshots (
  tenant_id        text        not null default 'default',
  workflow_run_id  uuid        not null,
  number           int         not null check (number > 0),
  at               timestamptz not null default clock_timestamp(),
  taken_by         text        not null,
  status           text        not null,
  variables        jsonb       not null,
  -- by address: {status, attempts, job_id, result}; result: a hash of the step's result, which is found under job_id
  steps            jsonb       not null,
  primary key (tenant_id, workflow_run_id, number)
);
