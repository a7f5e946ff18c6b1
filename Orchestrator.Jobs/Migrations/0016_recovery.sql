-- Failed runs that go on by themselves (config.auto_recovery).

create table run_recoveries (
  tenant_id       text        not null default 'default',
  workflow_run_id uuid        not null,
  -- so often it has
  recoveries      int         not null default 0,
  -- when it does so next; null: not, or not any more
  due_at          timestamptz,
  primary key (tenant_id, workflow_run_id)
) with (fillfactor = 70);

create index on run_recoveries (due_at) where due_at is not null;
