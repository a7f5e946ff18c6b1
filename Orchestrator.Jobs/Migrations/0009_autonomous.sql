-- Agents, the autonomous cycle that scores them, and its locks. Names are those of seed 000.

create table agents (
  tenant_id        text        not null default 'default',
  id               bigint      generated always as identity,
  username         text        not null check (length(username) between 1 and 100),
  about            text        not null default '' check (length(about) <= 4000),
  system_prompt    text        not null default '' check (length(system_prompt) <= 16000),
  capabilities     text[]      not null default '{}',
  -- percent that its results have to reach; null: as a step asks
  required_accuracy double precision check (required_accuracy between 0 and 100),
  status           text        not null default 'active' check (status in ('active', 'retired')),
  created_at       timestamptz not null default clock_timestamp(),
  updated_at       timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);

create unique index agents_username on agents (tenant_id, lower(username));

-- What an agent has done: the newest are what its readiness is read from.
create table agent_events (
  tenant_id        text        not null default 'default',
  id               bigint      generated always as identity,
  agent_id         bigint      not null,
  event_type       text        not null check (length(event_type) between 1 and 100),
  data             jsonb       not null default '{}',
  -- the run that wrote it
  workflow_run_id  uuid,
  created_at       timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents on delete cascade
);

create index agent_events_newest on agent_events (tenant_id, agent_id, created_at desc, id desc);

-- A cycle. Hot while it goes on, one row.
create table autonomous_jobs (
  tenant_id        text        not null default 'default',
  id               bigint      generated always as identity,
  job_type         text        not null default 'scheduled' check (job_type in ('scheduled', 'manual', 'triggered')),
  status           text        not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed')),
  -- higher is sooner, as in seed 000
  priority         int         not null default 1,
  -- where a running one stands
  phase            text        not null default 'fan_out' check (phase in ('fan_out', 'evaluating', 'planning', 'executing', 'ended')),
  -- the last agent that fan-out or planning has come to
  cursor_agent_id  bigint      not null default 0,
  -- what started it, such as an event; each starts one
  trigger_key      text        check (length(trigger_key) <= 300),
  -- the workflows with a readiness block that there were then: [{key, version}]
  workflows        jsonb       not null default '[]',
  -- of the lock under which it works
  fencing_token    bigint,
  scheduled_at     timestamptz not null default clock_timestamp(),
  started_at       timestamptz,
  completed_at     timestamptz,
  total_agents_processed     int not null default 0,
  total_workflows_evaluated  int not null default 0,
  total_workflows_executed   int not null default 0,
  execution_time_ms          bigint not null default 0,
  error_message    text,
  metadata         jsonb,
  created_at       timestamptz not null default clock_timestamp(),
  updated_at       timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, trigger_key),
  check ((completed_at is not null) = (status in ('completed', 'failed')))
);

-- One at a time, whatever happens to its lock.
create unique index autonomous_jobs_running on autonomous_jobs (tenant_id) where status in ('pending', 'running');

create table autonomous_agent_evaluations (
  tenant_id        text        not null default 'default',
  id               bigint      generated always as identity,
  job_id           bigint      not null,
  agent_id         bigint      not null,
  evaluation_status text       not null default 'pending' check (evaluation_status in ('pending', 'completed', 'skipped', 'error')),
  last_activity_count int      not null default 0,
  -- hours since the newest event; null: there is none
  activity_freshness_hours double precision,
  -- 0 to 1; readiness is the mean of the two
  activity_freshness       double precision not null default 0,
  agent_online_probability double precision not null default 0,
  overall_readiness_score  double precision not null default 0,
  -- [{type, score, threshold, order}] of those that reached their threshold, in the order in which they start
  workflows_eligible jsonb,
  -- [{type, order, score, threshold, eligible, error}] of every workflow with a readiness block
  workflows        jsonb,
  error_message    text,
  -- the Hangfire job that makes it
  hangfire_job_id  bigint,
  evaluation_time_ms double precision not null default 0,
  evaluated_at     timestamptz,
  created_at       timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, job_id, agent_id),
  foreign key (tenant_id, job_id) references autonomous_jobs on delete cascade
);

create index autonomous_agent_evaluations_open on autonomous_agent_evaluations (tenant_id, job_id, agent_id)
  where evaluation_status = 'pending';

-- What a cycle starts, one row for each workflow of an agent; where it stands is said by its run.
create table autonomous_executions (
  tenant_id        text        not null default 'default',
  id               bigint      generated always as identity,
  job_id           bigint      not null,
  agent_evaluation_id bigint   not null,
  agent_id         bigint      not null,
  workflow_type    text        not null,
  -- place in the agent's order, from 1
  place            int         not null check (place > 0),
  score            double precision not null,
  threshold        double precision not null,
  -- queued: not started yet; started: its run says; ended: its run's end has been taken note of; skipped: it was not started, for the reason
  state            text        not null default 'queued' check (state in ('queued', 'started', 'ended', 'skipped')),
  reason           text,
  -- when it may start; null: what stands before it has not ended
  due_at           timestamptz,
  workflow_run_id  uuid,
  created_at       timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, job_id, agent_id, workflow_type),
  foreign key (tenant_id, job_id) references autonomous_jobs on delete cascade,
  check ((workflow_run_id is not null) = (state in ('started', 'ended')))
);

-- Those that may start or have started: of the agents whose turn it is.
create index autonomous_executions_active on autonomous_executions (tenant_id, job_id)
  where state in ('queued', 'started') and due_at is not null;
create index autonomous_executions_open on autonomous_executions (tenant_id, job_id, agent_id, place) where state in ('queued', 'started');
create index autonomous_executions_of_agent on autonomous_executions (tenant_id, agent_id, workflow_type, created_at desc);
create index autonomous_executions_of_run on autonomous_executions (tenant_id, workflow_run_id) where workflow_run_id is not null;

-- Seed 000's table: its words, over the rows and the runs.
create view autonomous_workflow_executions as
select e.tenant_id, e.id, e.job_id, e.agent_evaluation_id, e.agent_id, e.workflow_type,
  case
    when e.state in ('queued', 'skipped') then e.state
    when r.status = 'success' then 'completed'
    when r.status in ('failed', 'cancelled') or r.status is null then 'failed'
    else 'running'
  end as execution_status,
  e.score as threshold_score,
  e.threshold,
  d.payload as input_data,
  d.output as output_data,
  case when jsonb_typeof(d.output -> 'tokens_used') = 'number' then (d.output ->> 'tokens_used')::numeric::bigint
       when jsonb_typeof(d.output -> 'tokensUsed') = 'number' then (d.output ->> 'tokensUsed')::numeric::bigint
       else 0 end as llm_tokens_used,
  coalesce(extract(epoch from r.finished_at - r.started_at) * 1000, 0)::bigint as execution_time_ms,
  coalesce(e.reason, d.error ->> 'message', case when r.status = 'cancelled' then 'The run was cancelled.' end) as error_message,
  r.started_at,
  r.finished_at as completed_at,
  e.created_at,
  e.workflow_run_id
from autonomous_executions e
left join workflow_runs r on r.tenant_id = e.tenant_id and r.workflow_run_id = e.workflow_run_id
left join workflow_run_data d on d.tenant_id = e.tenant_id and d.workflow_run_id = e.workflow_run_id;

-- Locks that outlive a connection: held until released or expired by the database's clock.
create table autonomous_execution_locks (
  tenant_id        text        not null default 'default',
  id               bigint      generated always as identity,
  lock_key         text        not null check (length(lock_key) between 1 and 255),
  locked_by        text        not null check (length(locked_by) between 1 and 255),
  -- higher with each holder of a key, for ever: what the holder writes can be refused once there is a later one
  fencing_token    bigint      not null,
  locked_at        timestamptz not null default clock_timestamp(),
  expires_at       timestamptz not null,
  metadata         jsonb,
  primary key (tenant_id, lock_key)
);

create index autonomous_execution_locks_expiry on autonomous_execution_locks (expires_at);

-- Of all locks, so that a token needs no row of its lock to be later than all before it.
create sequence lock_fencing_tokens;

-- Found without reading each workflow: those that the cycle scores.
alter table workflow_definitions add column has_readiness boolean not null default false;
