-- Steps that contain others: what they open, where it stands, and what they have come to between their turns.

alter table workflow_runs
  -- the first number that no step of the run has; null: no step has opened anything
  add column next_step int check (next_step between 0 and 16777214);

alter table job_queue
  -- of a step in an opened block: its index in the definition (step_index is its number in the run then), and who opened
  -- the blocks around it, the outermost first: number, index in the definition, iteration of each
  add column definition_step int,
  add column owners          int[],
  -- of a step that takes several turns: what it is at; null: it has not had its first turn
  add column phase           text,
  add check ((owners is null) = (definition_step is null));

-- A step that waits for the first of several is ready before the others have ended.
do $$
declare found text;
begin
  select conname into found from pg_constraint
  where conrelid = 'job_queue'::regclass and contype = 'c' and pg_get_constraintdef(oid) like '%queued%pending = 0%';
  execute format('alter table job_queue drop constraint %I', found);
end $$;

-- A block: steps that another step has opened together, one of its items or passes. Their jobs have consecutive ids.
create table step_blocks (
  tenant_id        text        not null default 'default',
  -- of the step that opened it
  job_id           uuid        not null,
  iteration        int         not null check (iteration >= 0),
  -- which of the workflow's bodies it is
  body             int         not null,
  first_job        uuid        not null,
  last_job         uuid        not null,
  open_steps       int         not null check (open_steps >= 0),
  -- false: it has ended
  is_open          boolean     not null default true,
  -- number of a step that is dead, so that the block did not, or can't, end well
  dead_step        int,
  primary key (tenant_id, job_id, iteration)
) with (fillfactor = 70);

-- What a step that takes several turns has come to.
create table step_progress (
  tenant_id        text        not null default 'default',
  job_id           uuid        not null,
  opened           int         not null default 0,
  ended            int         not null default 0,
  succeeded        int         not null default 0,
  failed_step      int,
  -- its next turn is at the first of these
  wake_ended       int         not null default 2147483647,
  wake_succeeded   int         not null default 2147483647,
  wake_on_failure  boolean     not null default false,
  -- what its type keeps between turns
  data             jsonb,
  primary key (tenant_id, job_id),
  check (ended <= opened and succeeded <= ended)
) with (fillfactor = 50);

-- The items of a for_each; its block of the same iteration works on it.
create table step_items (
  tenant_id        text        not null default 'default',
  job_id           uuid        not null,
  position         int         not null check (position >= 0),
  item             jsonb       not null,
  primary key (tenant_id, job_id, position)
);
