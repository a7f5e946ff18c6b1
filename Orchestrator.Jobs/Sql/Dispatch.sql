-- Creates runs with all their steps, and a Hangfire job for each step that may start: a batch of dispatches in one
-- statement. A run whose idempotency key is taken is left out; the answer names those that were created.
with request as (
  select *
  from unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::uuid[],
              $9::smallint[], $10::int[], $11::int[], $12::timestamptz[], $13::jsonb[], $14::jsonb[],
              $15::text[], $16::text[], $17::bytea[], $28::uuid[], $29::uuid[], $30::smallint[], $31::int[], $32::text[])
    as r (tenant_id, workflow_run_id, workflow_key, workflow_version, user_id, intent_id, trigger, trigger_event_id,
          priority, open_steps, timeout_ms, scheduled_at, payload, variables,
          key_scope, key, request_sha256, parent_run_id, parent_job_id, nesting, snapshot_ms, slot_key)
), taken as (
  insert into orchestrator.idempotency_keys (tenant_id, scope, key, request_sha256, workflow_run_id)
  select tenant_id, key_scope, key, request_sha256, workflow_run_id from request where key is not null
  on conflict do nothing
  returning tenant_id, workflow_run_id
), accepted as (
  select r.* from request r left join taken t using (tenant_id, workflow_run_id)
  where r.key is null or t.workflow_run_id is not null
), run as (
  insert into orchestrator.workflow_runs (tenant_id, workflow_run_id, workflow_key, workflow_version, user_id, intent_id, trigger,
                             trigger_event_id, priority, open_steps, timeout_ms, scheduled_at, parent_run_id, parent_job_id, nesting, snapshot_ms, snapshot_at, limited)
  select tenant_id, workflow_run_id, workflow_key, workflow_version, user_id, intent_id, trigger,
         trigger_event_id, priority, open_steps, timeout_ms, scheduled_at, parent_run_id, parent_job_id, nesting,
         snapshot_ms, clock_timestamp() + snapshot_ms * interval '1 ms', case when slot_key is not null then true end
  from accepted
), data as (
  insert into orchestrator.workflow_run_data (tenant_id, workflow_run_id, payload, variables)
  select tenant_id, workflow_run_id, payload, variables from accepted
), step as (
  -- A step that depends on nothing (pending 0) gets its Hangfire job here, unless it is held since as many as may be are under
  -- way. next_run_at only where the start is later; a run that waits for a slot is told when it may.
  select s.*, a.tenant_id, a.user_id, a.intent_id, a.priority as run_priority,
         a.scheduled_at > clock_timestamp() and a.slot_key is null as later, a.scheduled_at, a.slot_key,
         case when s.pending = 0 and s.has_place is not false then nextval('hangfire.job_id_seq') end as hangfire_job_id,
         case when s.pending = 0 and s.has_place is not false then nextval('hangfire.state_id_seq') end as state_id
  from unnest($18::uuid[], $19::uuid[], $20::text[], $21::int[], $22::smallint[], $23::text[], $24::smallint[], $25::int[], $33::boolean[])
    as s (workflow_run_id, job_id, step_id, step_index, priority, queue, max_attempts, pending, has_place)
  join accepted a using (workflow_run_id)
), queued as (
  insert into orchestrator.job_queue (tenant_id, job_id, workflow_run_id, step_id, step_index, user_id, intent_id, status, waiting_for,
                         priority, queue, max_attempts, pending, has_place, next_run_at, hangfire_job_id)
  select tenant_id, job_id, workflow_run_id, step_id, step_index, user_id, intent_id,
         case when pending > 0 or has_place is false or slot_key is not null or later then 'waiting' else 'queued' end,
         case when pending > 0 then 'dependencies' when has_place is false then 'max_parallel' when slot_key is not null then 'slot:' || slot_key
              when later then 'schedule' end,
         priority, queue, max_attempts, pending, has_place,
         case when pending = 0 and has_place is not false and later then scheduled_at end, hangfire_job_id
  from step
), hangfire_job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
  select hangfire_job_id, state_id, case when slot_key is not null then 'Awaiting' when later then 'Scheduled' else 'Enqueued' end,
         replace(replace($26, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb,
         replace(replace($27, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb, now()
  from step where hangfire_job_id is not null
), hangfire_state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select state_id, hangfire_job_id,
         case when slot_key is not null then 'Awaiting' when later then 'Scheduled' else 'Enqueued' end,
         case when slot_key is not null then format('Waits for a slot of ''%s''', slot_key) when later then 'The run is scheduled' end, now(),
         case when slot_key is not null then '{}'::jsonb
           when later
           then jsonb_build_object('EnqueueAt', orchestrator.hangfire_time(scheduled_at), 'ScheduledAt', orchestrator.hangfire_time(now()))
           else jsonb_build_object('Queue', orchestrator.hangfire_queue(queue, priority), 'EnqueuedAt', orchestrator.hangfire_time(now())) end
  from step where hangfire_job_id is not null
), hangfire_delivery as (
  insert into hangfire.jobqueue (jobid, queue)
  select hangfire_job_id, orchestrator.hangfire_queue(queue, priority) from step where hangfire_job_id is not null and slot_key is null and later is not true
), hangfire_schedule as (
  insert into hangfire.set (key, value, score)
  select 'schedule', hangfire_job_id::text, ceil(extract(epoch from scheduled_at))
  from step where hangfire_job_id is not null and later
)
select tenant_id, workflow_run_id from accepted
