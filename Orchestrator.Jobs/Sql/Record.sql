-- Writes what was decided about locked runs: steps, attempts, outputs, runs, and the Hangfire jobs that carry the steps.
-- hangfire: what happens to the step's Hangfire job
--   enqueue   a new job, on its way to a worker (the step became ready)
--   process   a new job in Processing, for the worker that goes straight on with the step
--   finished  a new job in its final state, with its history: a step without effect that was never queued
--   settle    the delivered job gets its final state, or Scheduled or Awaiting for another turn, and leaves the queue
--   requeue   the step's own job is on its way to a worker again: its next turn has come
--   reprocess the same in Processing, for the worker that goes straight on with the step
--   schedule  a new job that is not on its way yet: a step that became ready and begins with a wait (Scheduled), or whose run
--             waits for a slot (Awaiting)
--   none      nothing: only counters change
-- What moves is fenced by the recorder, which has locked the runs and read the steps.
-- Transition: ready (waiting); hand-off (waiting); succeed (running, waiting); retry (running, waiting); park (running, waiting)
-- Transition: exhaust (running, waiting); skip (running, waiting); cancel (running)
-- Transition: delete (waiting, queued, leased, running, failed)
-- Transition of the run: succeed (running, paused); fail (running, paused)
with step as (
  select s.*,
         case when hangfire in ('enqueue', 'process', 'finished', 'schedule') then nextval('hangfire.job_id_seq') end as new_job_id,
         case when hangfire in ('process', 'finished', 'reprocess') then nextval('hangfire.state_id_seq') end as processing_id,
         case when hangfire in ('enqueue', 'finished', 'settle', 'requeue', 'schedule') then nextval('hangfire.state_id_seq') end as state_id
  from unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::int[], $6::smallint[], $7::int[], $8::timestamptz[],
              $9::double precision[], $10::text[], $11::text[], $12::text[], $13::jsonb[], $14::jsonb[], $41::text[], $42::text[], $43::boolean[])
    as s (tenant_id, job_id, status, pending, present, attempts, lease_owner, started_at,
          retry_ms, hangfire, state_name, reason, state_data, processing_data, waiting_for, phase, has_place)
), queued as (
  update job_queue q
  set status = s.status,
      waiting_for = s.waiting_for,
      phase = coalesce(s.phase, q.phase),
      pending = s.pending,
      present = s.present,
      -- kept through retries and waits of an attempt; one that has opened others in its place does not count any more
      has_place = case when s.phase is null and s.status not in ('success', 'dead', 'skipped', 'cancelled') then coalesce(s.has_place, q.has_place) end,
      attempts = s.attempts,
      lease_owner = s.lease_owner,
      lease_until = case when s.lease_owner is not null then clock_timestamp() + $15 end,
      -- A paused run's clock stands still; tokens and locks have a time of their own.
      next_run_at = case when s.retry_ms is not null then
        coalesce((select r.paused_at from workflow_runs r
                  where r.tenant_id = q.tenant_id and r.workflow_run_id = q.workflow_run_id
                    and split_part(s.waiting_for, ':', 1) not in ('rate_limit', 'exclusive')), clock_timestamp())
        + s.retry_ms * interval '1 ms' end,
      hangfire_job_id = coalesce(s.new_job_id, q.hangfire_job_id),
      -- An attempt that was not admitted never started.
      started_at = case when split_part(s.waiting_for, ':', 1) in ('rate_limit', 'exclusive', 'slot') and s.attempts = 0 and q.phase is null then null
                   else coalesce(s.started_at, case when s.hangfire in ('process', 'schedule') then clock_timestamp() end, q.started_at) end,
      finished_at = case when s.status in ('success', 'dead', 'skipped', 'cancelled') then clock_timestamp() end
  from step s
  where q.tenant_id = s.tenant_id and q.job_id = s.job_id
  -- with what was decided, so that nothing below joins the two again: a plan made for few rows would do so row by row
  returning q.tenant_id, q.job_id, q.queue, q.priority, q.hangfire_job_id, q.next_run_at, q.attempts, q.lost, q.max_attempts,
            q.started_at, q.status, s.hangfire, s.new_job_id, s.state_id, s.state_name, s.reason, s.state_data,
            s.processing_id, s.processing_data, q.definition_step, q.owners, q.phase
), run as (
  update workflow_runs r
  set status = w.status,
      revision = r.revision + 1,
      -- What a run that succeeds before its last step leaves open is cancelled.
      open_steps = case when w.status = 'success' then 0 else w.open_steps end,
      next_step = coalesce(w.next_step, r.next_step),
      dead_step = w.dead_step,
      paused_at = case when w.status = 'paused' then r.paused_at end,
      finished_at = case when w.status in ('success', 'failed', 'cancelled') then coalesce(r.finished_at, clock_timestamp()) end
  from unnest($16::text[], $17::uuid[], $18::text[], $19::int[], $39::int[], $40::int[])
    as w (tenant_id, workflow_run_id, status, open_steps, next_step, dead_step)
  where r.tenant_id = w.tenant_id and r.workflow_run_id = w.workflow_run_id
), run_end as (
  update workflow_run_data d
  set output = w.output,
      error = case when w.error ? 'job' then (w.error - 'job') || coalesce((
        select jsonb_build_object('message', a.error_text, 'attempts', a.attempt)
        from job_attempts a
        where a.tenant_id = w.tenant_id and a.job_id = (w.error ->> 'job')::uuid and not a.success and a.error_text is not null
        order by a.attempt desc
        limit 1), '{}') else w.error end
  from unnest($20::text[], $21::uuid[], $22::jsonb[], $23::jsonb[]) as w (tenant_id, workflow_run_id, output, error)
  where d.tenant_id = w.tenant_id and d.workflow_run_id = w.workflow_run_id
), output as (
  insert into job_outputs (tenant_id, job_id, output, response)
  select * from unnest($24::text[], $25::uuid[], $26::jsonb[], $27::jsonb[])
  on conflict (tenant_id, job_id) do update set output = excluded.output, response = excluded.response
), attempt as (
  insert into job_attempts (tenant_id, job_id, attempt, started_at, finished_at, success, status_code, error_text, logs)
  select * from unnest($28::text[], $29::uuid[], $30::smallint[], $31::timestamptz[], $32::timestamptz[], $33::boolean[],
                       $34::int[], $35::text[], $36::jsonb[])
), job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat, expireat)
  select new_job_id, coalesce(state_id, processing_id), case when hangfire = 'process' then 'Processing' else state_name end,
         replace(replace($37, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb,
         replace(replace($38, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb, now(),
         case when state_name in ('Succeeded', 'Deleted') then now() + interval '1 day' end
  from step where new_job_id is not null
), settled as (
  update hangfire.job j
  set stateid = coalesce(q.state_id, q.processing_id),
      statename = case when q.hangfire = 'reprocess' then 'Processing' else q.state_name end,
      expireat = case when q.state_name in ('Succeeded', 'Deleted') then now() + interval '1 day' end
  from queued q
  where q.hangfire in ('settle', 'requeue', 'reprocess') and j.id = q.hangfire_job_id
    and not (j.statename = 'Deleted' and (q.hangfire <> 'settle' or q.state_name in ('Scheduled', 'Awaiting')))
), processing as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select processing_id, hangfire_job_id, 'Processing', 'Continued by the worker that made it ready', now(), processing_data
  from queued where processing_id is not null and hangfire_job_id is not null
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  -- A job that is gone has no history. One that an operator has deleted meanwhile stays so where the step would wait.
  select q.state_id, q.hangfire_job_id, q.state_name, q.reason, now(),
         case q.state_name
           when 'Enqueued' then jsonb_build_object('Queue', orchestrator.hangfire_queue(q.queue, q.priority), 'EnqueuedAt', orchestrator.hangfire_time(now()))
           when 'Scheduled' then jsonb_build_object('EnqueueAt', orchestrator.hangfire_time(q.next_run_at),
                                                    'ScheduledAt', orchestrator.hangfire_time(now()))
           when 'Succeeded' then q.state_data || jsonb_build_object('Latency',
             coalesce(greatest(0, extract(epoch from q.started_at - j.createdat) * 1000)::bigint, 0)::text)
           else q.state_data end
  from queued q
  left join lateral (select j.createdat, j.statename from hangfire.job j where j.id = q.hangfire_job_id) j on q.new_job_id is null
  where q.state_id is not null
    and (q.new_job_id is not null or j.createdat is not null and not (q.state_name in ('Scheduled', 'Awaiting', 'Enqueued') and j.statename = 'Deleted'))
), delivery as (
  insert into hangfire.jobqueue (jobid, queue, fetchedat)
  select hangfire_job_id, orchestrator.hangfire_queue(queue, priority), case when hangfire in ('process', 'reprocess') then now() end
  from queued
  where hangfire in ('enqueue', 'process', 'requeue', 'reprocess') and hangfire_job_id is not null
), delivered as (
  delete from hangfire.jobqueue d
  using queued q
  where q.hangfire in ('settle', 'requeue', 'reprocess') and d.jobid = q.hangfire_job_id
), unscheduled as (
  delete from hangfire.set h
  using queued q
  where (q.hangfire in ('requeue', 'reprocess')
         -- a timer's step may be started by the process that holds the timer
         or q.hangfire = 'settle' and q.phase is not null and q.state_name <> 'Scheduled')
    and h.key = 'schedule' and h.value = q.hangfire_job_id::text
), schedule as (
  insert into hangfire.set (key, value, score)
  select 'schedule', hangfire_job_id::text, ceil(extract(epoch from next_run_at))
  from queued
  where state_name = 'Scheduled' and hangfire_job_id is not null
  on conflict (key, value) do update set score = excluded.score
), counter as (
  insert into hangfire.counter (key, value, expireat)
  select c.key || p.suffix, c.value, now() + p.keep
  from (select 'stats:' || lower(state_name) as key, count(*) as value
        from step where hangfire in ('finished', 'settle') and state_name in ('Succeeded', 'Failed', 'Deleted')
        group by state_name) c
  cross join (values ('', null::interval),
                     (to_char(now() at time zone 'UTC', ':YYYY-MM-DD'), interval '1 month'),
                     (to_char(now() at time zone 'UTC', ':YYYY-MM-DD-HH24'), interval '1 day')) as p (suffix, keep)
  where not (c.key = 'stats:failed' and p.suffix = '')
)
select tenant_id, job_id, attempts, lost, max_attempts, clock_timestamp(), queue, definition_step, owners, phase
from queued
where status = 'running'
