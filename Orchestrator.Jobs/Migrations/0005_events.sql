-- Events and the workflows that wait for them.

create table intent_events (
  tenant_id        text        not null default 'default',
  event_id         uuid        not null default gen_random_uuid(),
  user_id          text        not null check (length(user_id) <= 200),
  intent_id        text        check (length(intent_id) <= 200),
  type             text        not null check (length(type) between 1 and 200),
  payload          jsonb       not null default '{}',
  created_at       timestamptz not null default clock_timestamp(),
  -- when the workflows that wait for it were started, in the same transaction; null: not yet
  dispatched_at    timestamptz,
  -- of workflows that wait for it and could not be started: [{workflow_key, message}]
  errors           jsonb,
  primary key (tenant_id, event_id)
);

create index intent_events_newest on intent_events (tenant_id, created_at desc, event_id desc);
create index intent_events_waiting on intent_events (created_at) where dispatched_at is null;

-- Which events the head of a workflow waits for: written with the head, gone with it.
create table workflow_triggers (
  tenant_id        text        not null default 'default',
  event_type       text        not null,
  workflow_key     text        not null,
  primary key (tenant_id, event_type, workflow_key),
  foreign key (tenant_id, workflow_key) references workflow_heads on delete cascade
);

create index workflow_triggers_of_workflow on workflow_triggers (tenant_id, workflow_key);

create index workflow_runs_of_event on workflow_runs (tenant_id, trigger_event_id) where trigger_event_id is not null;
