-- Agents that are called, and alerts.

-- where the agent is called; null: at the service's default
alter table agents add column endpoint text check (length(endpoint) between 1 and 2000);

-- Who has what an agent of a type has to have.
create index agents_capabilities on agents using gin (capabilities) where status = 'active';

create table alerts (
  tenant_id        text        not null default 'default',
  alert_id         uuid        not null,
  workflow_run_id  uuid,
  step_id          text,
  severity         text        not null check (severity in ('info', 'warning', 'critical')),
  -- what raised it, such as notify
  type             text        not null check (length(type) between 1 and 100),
  message          text        not null check (length(message) <= 2000),
  data             jsonb,
  created_at       timestamptz not null default clock_timestamp(),
  acknowledged_at  timestamptz,
  acknowledged_by  text        check (length(acknowledged_by) <= 200),
  resolved_at      timestamptz,
  primary key (tenant_id, alert_id),
  check ((acknowledged_at is null) = (acknowledged_by is null))
);

create index alerts_newest on alerts (tenant_id, created_at desc, alert_id desc);
create index alerts_of_run on alerts (tenant_id, workflow_run_id) where workflow_run_id is not null;
