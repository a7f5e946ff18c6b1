-- Runs, their steps and what the steps did. Names are those of seed 001.
-- Between hot tables there are no foreign keys: each would lock the parent's row at every insert. What belongs together
-- is written, and deleted, in one transaction.
-- tenant_id leads every key of a tenant's data: row-level security can be switched on, and the data sharded by it.

create table workflow_definitions (
  tenant_id        text        not null default 'default',
  workflow_key     text        not null check (workflow_key ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
  -- number of the stored content; a run stays on the one that it started with
  version          int         not null check (version > 0),
  content          text        not null check (octet_length(content) <= 1048576),
  content_sha256   bytea       not null check (octet_length(content_sha256) = 32),
  -- the file it came from; null: put by the API
  source           text,
  created_at       timestamptz not null default now(),
  primary key (tenant_id, workflow_key, version)
);

-- The version that a dispatch takes. A withdrawn workflow has none; its versions stay for the runs that use them.
create table workflow_heads (
  tenant_id        text        not null default 'default',
  workflow_key     text        not null,
  version          int         not null,
  updated_at       timestamptz not null default now(),
  primary key (tenant_id, workflow_key),
  foreign key (tenant_id, workflow_key, version) references workflow_definitions
);

-- A worker process. It holds the session lock (1330, worker_id) while it lives; the lock is free the moment it dies.
create table workers (
  worker_id        int         generated always as identity primary key,
  name             text        not null,
  started_at       timestamptz not null default clock_timestamp()
);

-- The hot row of a run. No indexed column but the key changes while it goes on, so its updates stay in the page (HOT);
-- status is in a partial index and changes twice.
create table workflow_runs (
  tenant_id        text        not null default 'default',
  -- UUID v7 whose last 24 bits are zero: the ids of its steps' jobs follow it, so that one key finds them all
  workflow_run_id  uuid        not null,
  workflow_key     text        not null,
  workflow_version int         not null,
  user_id          text        check (length(user_id) <= 200),
  intent_id        text        check (length(intent_id) <= 200),
  trigger_event_id uuid,
  trigger          text        not null default 'api' check (length(trigger) <= 40),
  status           text        not null default 'pending'
                   check (status in ('pending', 'running', 'paused', 'success', 'failed', 'cancelled')),
  priority         smallint    not null default 3 check (priority between 1 and 4),
  -- raised by every recording
  revision         int         not null default 0,
  -- steps that have not ended
  open_steps       int         not null check (open_steps >= 0),
  created_at       timestamptz not null default clock_timestamp(),
  scheduled_at     timestamptz,
  started_at       timestamptz,
  finished_at      timestamptz,
  -- time for the whole run, from its first claim
  timeout_ms       int         not null check (timeout_ms > 0),
  -- the run fails when it is still open then
  deadline_at      timestamptz,
  primary key (tenant_id, workflow_run_id),
  check ((finished_at is not null) = (status in ('success', 'failed', 'cancelled'))),
  check (status <> 'success' or open_steps = 0)
) with (fillfactor = 80);

create index workflow_runs_open on workflow_runs (deadline_at) where status in ('pending', 'running', 'paused');

-- What is read rarely and can be large.
create table workflow_run_data (
  tenant_id        text        not null default 'default',
  workflow_run_id  uuid        not null,
  payload          jsonb       not null default '{}',
  variables        jsonb       not null default '{}',
  output           jsonb,
  -- {message, step_id, timestamp, attempts}
  error            jsonb,
  primary key (tenant_id, workflow_run_id)
);

-- A step of a run: the one place that says where it stands. Hangfire's job only carries its id to a worker.
-- No index holds a column that a step without retry or wait changes in its life, but the lease's owner.
create table job_queue (
  tenant_id        text        not null default 'default',
  -- workflow_run_id + step_index + 1
  job_id           uuid        not null,
  workflow_run_id  uuid        not null,
  step_id          text        not null,
  step_index       int         not null check (step_index between 0 and 16777213),
  user_id          text,
  intent_id        text,
  status           text        not null check (status in
                   ('waiting', 'queued', 'leased', 'running', 'success', 'failed', 'dead', 'skipped', 'cancelled')),
  -- what a waiting or failed step waits for: dependencies, schedule, retry
  waiting_for      text,
  priority         smallint    not null default 3 check (priority between 1 and 4),
  queue            text        not null default 'default',
  -- attempts begun; the number of the newest fences every write of its worker
  attempts         smallint    not null default 0,
  -- of these, attempts that ended with their worker: they use nothing up
  lost             smallint    not null default 0 check (lost <= attempts),
  max_attempts     smallint    not null check (max_attempts > 0),
  -- steps that it depends on: not yet ended; ended well
  pending          int         not null check (pending >= 0),
  present          int         not null default 0,
  -- of a failed step: its next attempt; of a waiting one: its timer
  next_run_at      timestamptz,
  lease_owner      int,
  lease_until      timestamptz,
  hangfire_job_id  bigint,
  created_at       timestamptz not null default clock_timestamp(),
  started_at       timestamptz,
  finished_at      timestamptz,
  primary key (tenant_id, job_id),
  check ((status in ('leased', 'running')) = (lease_owner is not null)),
  check ((finished_at is not null) = (status in ('success', 'dead', 'skipped', 'cancelled'))),
  check (status <> 'failed' or next_run_at is not null),
  check (next_run_at is null or status in ('waiting', 'failed')),
  check (status <> 'queued' or pending = 0)
) with (fillfactor = 60);

create index job_queue_leases on job_queue (lease_owner) where lease_owner is not null;
create index job_queue_due on job_queue (next_run_at) where next_run_at is not null;

create table job_outputs (
  tenant_id        text        not null default 'default',
  job_id           uuid        not null,
  -- the step's result
  output           jsonb       not null,
  -- of an http step: {status, headers}
  response         jsonb,
  primary key (tenant_id, job_id)
);

-- One row an attempt, written when it has ended (by its worker, or by the sweeper where the worker died).
create table job_attempts (
  tenant_id        text        not null default 'default',
  attempt_id       uuid        not null default gen_random_uuid(),
  job_id           uuid        not null,
  attempt          smallint    not null check (attempt > 0),
  started_at       timestamptz not null,
  finished_at      timestamptz,
  success          boolean     not null,
  status_code      int,
  error_text       text,
  logs             jsonb,
  primary key (tenant_id, job_id, attempt)
);

create table idempotency_keys (
  tenant_id        text        not null default 'default',
  -- the route and the caller's key
  scope            text        not null check (length(scope) <= 100),
  key              text        not null check (length(key) <= 255),
  request_sha256   bytea       not null,
  workflow_run_id  uuid        not null,
  created_at       timestamptz not null default clock_timestamp(),
  primary key (tenant_id, scope, key)
);

-- A time as Hangfire writes it in a state's data.
create function hangfire_time(at timestamptz) returns text
  language sql stable strict parallel safe
  return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '0Z';
