-- Carries out what an operator decided about steps $6 of a locked run ($7: retry, reset, resolve, resume), and what the
-- planner found to follow from it. $21: how many attempts each of these steps has; one that waits for the decision gets as
-- many again. A job that Hangfire still has goes from Failed, Scheduled or Deleted to Enqueued, or to
-- Succeeded where its step is resolved; a step whose job is gone, or that never had one, gets a new one. A step that has
-- to wait for its place ($22: false) gives its job up, since it gets one together with the place.
-- A failed step may be promoted or claimed at the same moment, without the run's lock: it is then missing in the answer,
-- and the caller gives the whole up.
-- Transition: requeue (dead, failed, cancelled, skipped, waiting); resolve (dead, waiting); reopen (cancelled, skipped, dead)
-- Transition: skip (waiting, cancelled); ready (waiting)
-- Transition of the run: reopen (failed); succeed (failed, paused)
with step as (
  select s.*, j.id as old_id,
         case when s.status = 'queued' and j.id is null then nextval('hangfire.job_id_seq') end as new_id,
         case when s.status = 'queued' or (s.status = 'success' or s.has_place is false) and j.id is not null then nextval('hangfire.state_id_seq') end as state_id
  from unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $22::boolean[]) as s (job_id, status, pending, present, has_place)
  join job_queue q on q.tenant_id = $1 and q.job_id = s.job_id
  left join hangfire.job j on j.id = q.hangfire_job_id
), moved as (
  update job_queue q
  set status = s.status,
      waiting_for = case when s.status = 'waiting' then
        case when s.has_place is false then 'max_parallel' when q.phase is null then 'dependencies' else 'steps' end end,
      has_place = s.has_place,
      phase = case when q.phase is distinct from 'held' then q.phase
                   when exists (select from step_blocks b where b.tenant_id = q.tenant_id and b.job_id = q.job_id) then 'open' end,
      pending = s.pending,
      present = s.present,
      next_run_at = null,
      hangfire_job_id = case when s.has_place is not false then coalesce(s.new_id, q.hangfire_job_id) end,
      finished_at = case when s.status in ('success', 'skipped') then clock_timestamp() end,
      base_attempts = case when q.job_id = any($6) and $7 = 'reset' then q.attempts else q.base_attempts end,
      resets = case when q.job_id = any($6) and $7 = 'reset' then q.resets + 1 else q.resets end,
      max_attempts = coalesce(case when $7 = 'reset' then t.attempts
                                   when q.phase = 'held' then least(q.attempts - q.base_attempts - least(q.lost, $8) + t.attempts, 32767) end,
                              q.max_attempts),
      -- a step that was given up because its workers died gets one more of them
      lost = case when q.job_id <> all($6) then q.lost when $7 = 'reset' then 0 else least(q.lost, $8) end
  from step s
  left join unnest($6::uuid[], $21::int[]) as t (job_id, attempts) using (job_id)
  where q.tenant_id = $1 and q.job_id = s.job_id and q.status in ('dead', 'failed', 'cancelled', 'skipped', 'waiting')
  returning q.job_id, orchestrator.hangfire_queue(q.queue, q.priority) as queue, q.status, s.old_id, s.new_id, s.state_id
), run as (
  update workflow_runs r
  set status = $10,
      revision = r.revision + 1,
      open_steps = $11,
      dead_step = $12,
      paused_at = case when $10 = 'paused' then r.paused_at end,
      finished_at = case when $10 in ('success', 'failed') then clock_timestamp() end,
      reopened_at = case when r.status = 'failed' then clock_timestamp() else r.reopened_at end,
      deadline_at = case when r.status = 'failed' then clock_timestamp() + r.timeout_ms * interval '1 ms' else r.deadline_at end
  where r.tenant_id = $1 and r.workflow_run_id = $9
), run_data as (
  update workflow_run_data d set output = $13, error = $14
  where d.tenant_id = $1 and d.workflow_run_id = $9
), output as (
  insert into job_outputs (tenant_id, job_id, output)
  select $1, unnest($6), $15 where $7 = 'resolve'
  on conflict (tenant_id, job_id) do update set output = excluded.output, response = null
), log as (
  insert into workflow_logs (tenant_id, workflow_run_id, step_id, message, data) values ($1, $9, $16, $17, $18)
), job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
  select new_id, state_id, 'Enqueued',
         replace(replace($19, '{tenant}', $1), '{job}', job_id::text)::jsonb,
         replace(replace($20, '{tenant}', $1), '{job}', job_id::text)::jsonb, now()
  from moved where new_id is not null
), settled as (
  update hangfire.job j
  set stateid = m.state_id,
      statename = case m.status when 'queued' then 'Enqueued' when 'success' then 'Succeeded' else 'Deleted' end,
      expireat = case when m.status <> 'queued' then now() + interval '1 day' end
  from moved m where j.id = m.old_id and m.state_id is not null
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select state_id, coalesce(new_id, old_id), case status when 'queued' then 'Enqueued' when 'success' then 'Succeeded' else 'Deleted' end,
         case when job_id = any($6) then $17 else 'The run was reopened' end, now(),
         case status
           when 'queued' then jsonb_build_object('Queue', queue, 'EnqueuedAt', orchestrator.hangfire_time(now()))
           when 'waiting' then jsonb_build_object('DeletedAt', orchestrator.hangfire_time(now()))
           else jsonb_build_object('SucceededAt', orchestrator.hangfire_time(now()), 'PerformanceDuration', '0', 'Latency', '0') end
  from moved where state_id is not null
), dropped as (
  -- Whoever still works on an old delivery removes its place in the queue when he ends: the new one is not his.
  delete from hangfire.jobqueue d using moved m where d.jobid = m.old_id
), unscheduled as (
  delete from hangfire.set h using moved m where h.key = 'schedule' and h.value = m.old_id::text
), delivery as (
  insert into hangfire.jobqueue (jobid, queue) select coalesce(new_id, old_id), queue from moved where status = 'queued'
)
select status, queue from moved
