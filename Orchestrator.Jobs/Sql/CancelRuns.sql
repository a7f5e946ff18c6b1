-- Cancels locked runs with everything that is open in them, attempts under way too, and the Hangfire jobs that carried it.
-- A worker stops its attempt when it finds that the step has ended: it looks every second.
-- $4: why, for the run's error and its log; $5: what the log keeps of it.
-- Transition: cancel (waiting, queued, leased, failed, running)
-- Transition of the run: cancel (pending, running, paused)
with asked as (
  select * from unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, workflow_run_id, last_job_id)
), run as (
  update workflow_runs r
  set status = 'cancelled', revision = r.revision + 1, open_steps = 0, paused_at = null, finished_at = clock_timestamp()
  from asked a
  where r.tenant_id = a.tenant_id and r.workflow_run_id = a.workflow_run_id and r.status in ('pending', 'running', 'paused')
  returning r.tenant_id, r.workflow_run_id, a.last_job_id
), data as (
  update workflow_run_data d
  set error = jsonb_build_object('message', $4::text, 'step_id', null, 'timestamp', orchestrator.hangfire_time(clock_timestamp()), 'attempts', 0)
  from run r
  where d.tenant_id = r.tenant_id and d.workflow_run_id = r.workflow_run_id
), log as (
  insert into workflow_logs (tenant_id, workflow_run_id, message, data) select tenant_id, workflow_run_id, $4, $5::jsonb from run
), open as (
  select q.tenant_id, q.job_id, q.lease_owner is not null as is_held, q.attempts, q.started_at
  from run r
  join job_queue q on q.tenant_id = r.tenant_id and q.job_id > r.workflow_run_id and q.job_id <= r.last_job_id
  where q.status in ('waiting', 'queued', 'leased', 'failed', 'running')
  for no key update of q
), cancelled as (
  update job_queue q
  set status = 'cancelled', waiting_for = null, has_place = null, next_run_at = null, lease_owner = null, lease_until = null,
      finished_at = clock_timestamp()
  from open o
  where q.tenant_id = o.tenant_id and q.job_id = o.job_id
  returning q.hangfire_job_id
), attempt as (
  insert into job_attempts (tenant_id, job_id, attempt, started_at, finished_at, success, error_text)
  select tenant_id, job_id, attempts, coalesce(started_at, clock_timestamp()), clock_timestamp(), false, $4
  from open where is_held and attempts > 0
  on conflict do nothing
), job as (
  select hangfire_job_id as id, nextval('hangfire.state_id_seq') as state_id from cancelled where hangfire_job_id is not null
), settled as (
  update hangfire.job j set stateid = s.state_id, statename = 'Deleted', expireat = now() + interval '1 day'
  from job s where j.id = s.id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select s.state_id, s.id, 'Deleted', 'The run was cancelled', now(),
         jsonb_build_object('DeletedAt', orchestrator.hangfire_time(now()))
  from job s join hangfire.job j on j.id = s.id
), delivered as (
  delete from hangfire.jobqueue d using job s where d.jobid = s.id
), unscheduled as (
  delete from hangfire.set h using job s where h.key = 'schedule' and h.value = s.id::text
)
select workflow_run_id, null::text as queue from run
