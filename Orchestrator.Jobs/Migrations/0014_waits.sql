-- Steps that wait for something from outside, and runs that steps have started.

-- A step is to have its next turn: something that it may wait for has come. Written by the transaction that brings it,
-- gone once the step has been woken; a step whose turn is under way at that moment is woken when that is recorded.
-- Only added to and deleted from, so that nobody waits for anybody here.
create table wake_ups (
  wake_up_id       bigint      generated always as identity primary key,
  tenant_id        text        not null default 'default',
  job_id           uuid        not null
);

-- Who waits for an event or a signal. An event nobody waits for costs a look into the index.
create table event_waits (
  tenant_id        text        not null default 'default',
  job_id           uuid        not null,
  event_type       text        not null,
  -- whose events it waits for; null: everybody's
  user_id          text,
  primary key (tenant_id, job_id)
);

create index event_waits_of_event on event_waits (tenant_id, event_type);

-- Read by a step that waits: what came since its run began.
create index intent_events_of_type on intent_events (tenant_id, type, created_at);

create table run_signals (
  tenant_id        text        not null default 'default',
  workflow_run_id  uuid        not null,
  signal_id        uuid        not null,
  name             text        not null check (length(name) between 1 and 200),
  payload          jsonb       not null default '{}',
  sent_by          text        not null,
  created_at       timestamptz not null default clock_timestamp(),
  primary key (tenant_id, workflow_run_id, signal_id)
);

-- Which step of a run has taken an event or a signal: one step takes it, and each attempt of a step takes one.
create table taken_events (
  tenant_id        text        not null default 'default',
  workflow_run_id  uuid        not null,
  event_id         uuid        not null,
  job_id           uuid        not null,
  attempt          text        not null,
  primary key (tenant_id, workflow_run_id, event_id),
  unique (tenant_id, job_id, attempt)
);

create table step_approvals (
  tenant_id        text        not null default 'default',
  job_id           uuid        not null,
  attempt          text        not null,
  prompt           text        not null,
  -- names of tokens, or roles; null: every operator
  approvers        text[],
  asked_at         timestamptz not null default clock_timestamp(),
  approved         boolean,
  comment          text        check (length(comment) <= 2000),
  answered_by      text,
  answered_at      timestamptz,
  -- when nobody may answer any more, since its time was over
  closed_at        timestamptz,
  primary key (tenant_id, job_id, attempt),
  check ((approved is null) = (answered_at is null)),
  check (approved is null or closed_at is null)
);

alter table workflow_runs
  -- the run whose step has started it
  add column parent_run_id uuid,
  -- that step, where it waits for the end of this run; it is gone with that step then
  add column parent_job_id uuid,
  -- how many runs it is inside of
  add column nesting       smallint not null default 0;

create index workflow_runs_of_parent on workflow_runs (tenant_id, parent_run_id, workflow_run_id) where parent_run_id is not null;
create index workflow_runs_waited_for on workflow_runs (tenant_id, parent_job_id)
  where parent_job_id is not null and status in ('pending', 'running', 'paused');

-- Whichever statement ends a run, the step that waits for it has a turn.
create function wake_parent() returns trigger language plpgsql as $$
begin
  insert into orchestrator.wake_ups (tenant_id, job_id) values (new.tenant_id, new.parent_job_id);
  return null;
end $$;

create trigger child_ended after update of status on workflow_runs for each row
  when (new.parent_job_id is not null and old.status is distinct from new.status and new.status in ('success', 'failed', 'cancelled'))
  execute function wake_parent();

-- Whether a for_each still takes items from outside: not once it has counted them for the last time.
alter table step_progress add column takes_items boolean not null default true;
