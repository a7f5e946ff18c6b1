-- Runs that start when runs of other workflows have ended, and events that are collected before they start one.

-- The end of a run without a user is an event without one.
alter table intent_events
  alter column user_id drop not null,
  -- of the end of a run: how many runs in a row, each started by the end of the one before
  add column depth smallint not null default 0;

-- The end of a run is an event where a workflow waits for it, written by the transaction that ends the run, whichever
-- statement that is: it starts the others once, or the run has not ended. Fires at the end of the statement, so that it
-- sees the output and the error which the same statement writes.
create function note_run_end() returns trigger language plpgsql as $$
declare
  what text := case new.status when 'success' then 'workflow.completed:' else 'workflow.failed:' end || new.workflow_key;
begin
  if exists (select from orchestrator.workflow_triggers t where t.tenant_id = new.tenant_id and t.event_type = what) then
    insert into orchestrator.intent_events (tenant_id, user_id, intent_id, type, payload, depth)
    select new.tenant_id, new.user_id, new.intent_id, what,
           jsonb_build_object('workflow_run_id', new.workflow_run_id, 'workflow_key', new.workflow_key, 'status', new.status,
                              'output', d.output, 'error', d.error, 'user_id', new.user_id),
           1 + coalesce((select e.depth from orchestrator.intent_events e
                         where e.tenant_id = new.tenant_id and e.event_id = new.trigger_event_id), 0)
    from (select new.workflow_run_id as run) r
    left join orchestrator.workflow_run_data d on d.tenant_id = new.tenant_id and d.workflow_run_id = r.run;
  end if;
  return null;
end $$;

create trigger run_ended after update of status on workflow_runs for each row
  when (old.status is distinct from new.status and new.status in ('success', 'failed'))
  execute function note_run_end();

-- Events that wait for others before they start one run (debounce_ms, batch). Gone with the transaction that starts it.
create table event_collections (
  tenant_id        text        not null default 'default',
  workflow_key     text        not null,
  -- made of what the trigger waits for, so that the workflow's next version goes on with it
  trigger_id       uuid        not null,
  -- whose events they are where each user's are collected apart; empty: everybody's
  user_id          text        not null,
  -- false: of the events only the newest counts
  is_batch         boolean     not null,
  events           uuid[]      not null check (cardinality(events) > 0 and (is_batch or cardinality(events) = 1)),
  newest_at        timestamptz not null,
  due_at           timestamptz not null,
  primary key (tenant_id, workflow_key, trigger_id, user_id)
) with (fillfactor = 50);

create index event_collections_due on event_collections (due_at);

-- What a content uses of other files, as it was then: with it the version is whole, on every node and for ever.
alter table workflow_definitions
  -- [{name, file, text}]; null: nothing
  add column templates jsonb check (octet_length(templates::text) <= 4194304);
