-- The steps of a new run ($2) that goes on from another: those taken over with their results, those opened again with
-- their items, the others as they stand, with a Hangfire job for each that may start. The answer: their queues.
-- $17, $18: how a Hangfire job is written.
with step as (
  select s.*, s.status in ('success', 'dead', 'skipped', 'cancelled') as is_over,
         case when s.status = 'queued' then nextval('hangfire.job_id_seq') end as hangfire_job_id,
         case when s.status = 'queued' then nextval('hangfire.state_id_seq') end as state_id,
         orchestrator.hangfire_queue(s.queue, s.priority) as lane
  from unnest($5::uuid[], $6::text[], $7::int[], $8::int[], $9::text[], $10::text[], $11::int[], $12::int[],
              $13::smallint[], $14::text[], $15::smallint[], $16::uuid[], $19::boolean[])
    as s (job_id, step_id, step_index, definition_step, owners, status, pending, present, priority, queue, max_attempts, old_id, has_place)
), queued as (
  insert into job_queue (tenant_id, job_id, workflow_run_id, step_id, step_index, definition_step, owners, user_id, intent_id,
                         status, waiting_for, priority, queue, max_attempts, pending, present, has_place, phase, hangfire_job_id,
                         started_at, finished_at, taken_from)
  select $1, s.job_id, $2, s.step_id, s.step_index, s.definition_step, s.owners::int[], $3, $4,
         s.status, case when s.has_place is false then 'max_parallel' when s.status = 'waiting' then 'dependencies' end, s.priority, s.queue, s.max_attempts,
         s.pending, s.present, s.has_place,
         case when s.is_over then o.phase when s.old_id is not null then 'open' end, s.hangfire_job_id,
         case when not s.is_over and s.old_id is not null then clock_timestamp() end,
         case when s.is_over then coalesce(o.finished_at, clock_timestamp()) end,
         case when s.is_over then s.old_id end
  from step s
  left join job_queue o on o.tenant_id = $1 and o.job_id = s.old_id
), output as (
  insert into job_outputs (tenant_id, job_id, output, response)
  select $1, s.job_id, o.output, o.response
  from step s join job_outputs o on o.tenant_id = $1 and o.job_id = s.old_id
  where s.is_over
), item as (
  insert into step_items (tenant_id, job_id, position, item)
  select $1, s.job_id, i.position, i.item
  from step s join step_items i on i.tenant_id = $1 and i.job_id = s.old_id
), hangfire_job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
  select hangfire_job_id, state_id, 'Enqueued',
         replace(replace($17, '{tenant}', $1), '{job}', job_id::text)::jsonb,
         replace(replace($18, '{tenant}', $1), '{job}', job_id::text)::jsonb, now()
  from step where hangfire_job_id is not null
), hangfire_state as (
  insert into hangfire.state (id, jobid, name, createdat, data)
  select state_id, hangfire_job_id, 'Enqueued', now(),
         jsonb_build_object('Queue', lane, 'EnqueuedAt', orchestrator.hangfire_time(now()))
  from step where hangfire_job_id is not null
), hangfire_delivery as (
  insert into hangfire.jobqueue (jobid, queue) select hangfire_job_id, lane from step where hangfire_job_id is not null
)
select distinct lane from step where hangfire_job_id is not null
