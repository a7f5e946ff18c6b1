-- Cancels what is open in blocks, in the blocks that their steps have opened, and so on; of a step that is itself cancelled
-- ($4) that step too. Runs are locked by the caller. An attempt under way is stopped by its worker, which looks every second.
-- Such a step does not come back when its run is opened again: its phase says so.
-- $3: the iteration; null: all blocks of the step, but for those ($5) that it has opened in their place.
-- Transition: cancel (waiting, queued, leased, failed, running)
with recursive asked as (
  select * from unnest($1::text[], $2::uuid[], $3::int[], $4::boolean[], $5::int[]) as a (tenant_id, job_id, iteration, itself, before)
), block as (
  select b.tenant_id, b.first_job, b.last_job
  from asked a
  join step_blocks b on b.tenant_id = a.tenant_id and b.job_id = a.job_id and (a.iteration is null or b.iteration = a.iteration) and (a.before is null or b.iteration < a.before)
  union all
  select c.tenant_id, c.first_job, c.last_job
  from block b
  join step_blocks c on c.tenant_id = b.tenant_id and c.job_id between b.first_job and b.last_job
), doomed as (
  select tenant_id, first_job, last_job, false as itself from block
  union all
  select tenant_id, job_id, job_id, true from asked where itself
), open as (
  select q.tenant_id, q.job_id, q.lease_owner is not null as is_held, q.attempts, q.started_at, d.itself
  from doomed d
  join job_queue q on q.tenant_id = d.tenant_id and q.job_id between d.first_job and d.last_job
  where q.status in ('waiting', 'queued', 'leased', 'failed', 'running')
  for no key update of q
), cancelled as (
  update job_queue q
  set status = 'cancelled', waiting_for = null, has_place = null, next_run_at = null, lease_owner = null, lease_until = null,
      finished_at = clock_timestamp(), phase = case when o.itself then 'unwanted' else q.phase end
  from open o
  where q.tenant_id = o.tenant_id and q.job_id = o.job_id
  returning q.tenant_id, q.job_id, q.hangfire_job_id
), attempt as (
  insert into job_attempts (tenant_id, job_id, attempt, started_at, finished_at, success, error_text)
  select tenant_id, job_id, attempts, coalesce(started_at, clock_timestamp()), clock_timestamp(), false, 'Cancelled while it ran.'
  from open where is_held and attempts > 0
  on conflict do nothing
), job as (
  select hangfire_job_id as id, nextval('hangfire.state_id_seq') as state_id from cancelled where hangfire_job_id is not null
), settled as (
  update hangfire.job j set stateid = s.state_id, statename = 'Deleted', expireat = now() + interval '1 day'
  from job s where j.id = s.id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select s.state_id, s.id, 'Deleted', 'The step was cancelled', now(),
         jsonb_build_object('DeletedAt', orchestrator.hangfire_time(now()))
  from job s join hangfire.job j on j.id = s.id
), delivered as (
  delete from hangfire.jobqueue d using job s where d.jobid = s.id
)
delete from hangfire.set h using job s where h.key = 'schedule' and h.value = s.id::text
