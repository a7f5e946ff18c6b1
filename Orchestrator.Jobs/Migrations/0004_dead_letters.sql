-- What an operator decides about a step that died, and what is left of it.

-- The step's attempts before its newest reset use nothing up; with each reset it gets another idempotency key.
alter table job_queue
  add column base_attempts smallint not null default 0 check (base_attempts >= 0 and base_attempts <= attempts),
  add column resets        smallint not null default 0 check (resets >= 0);
comment on column job_queue.lost is 'Of the attempts since the newest reset, those that ended with their worker: they use nothing up';

-- Of a run that was reopened: a step that is dead all the same, so that the run can't succeed.
alter table workflow_runs add column dead_step int;

-- Where dead letters are: found newest first without an index on a step's status, which changes all the time.
create index workflow_runs_dead on workflow_runs (tenant_id, workflow_run_id) where status = 'failed' or dead_step is not null;

-- Lines of a run that no attempt has left: what was decided about it, by whom.
create table workflow_logs (
  tenant_id        text        not null default 'default',
  workflow_run_id  uuid        not null,
  id               bigint      generated always as identity,
  step_id          text,
  at               timestamptz not null default clock_timestamp(),
  level            text        not null default 'info' check (level in ('info', 'error')),
  message          text        not null check (length(message) <= 2000),
  -- {action, by, resolution}
  data             jsonb,
  primary key (tenant_id, workflow_run_id, id)
);
