-- Cancels what had not started in runs that have just ended, with the Hangfire jobs that carried it.
-- Runs are locked by the caller. Attempts under way end by themselves.
-- Transition: cancel (waiting, queued, leased, failed). What is running ends by its own recording.
with ended as (
  select * from unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, workflow_run_id, last_job_id)
), cancelled as (
  update job_queue q
  set status = 'cancelled', waiting_for = null, has_place = null, next_run_at = null, lease_owner = null, lease_until = null,
      finished_at = clock_timestamp()
  from ended e
  where q.tenant_id = e.tenant_id and q.job_id > e.workflow_run_id and q.job_id <= e.last_job_id
    and q.status in ('waiting', 'queued', 'leased', 'failed')
  returning q.tenant_id, q.workflow_run_id, q.hangfire_job_id, q.owners
), run as (
  update workflow_runs r
  -- only steps of the workflow's own body are counted there
  set open_steps = greatest(0, r.open_steps - c.steps)
  from (select tenant_id, workflow_run_id, count(*) filter (where owners is null)::int as steps from cancelled group by 1, 2) c
  where r.tenant_id = c.tenant_id and r.workflow_run_id = c.workflow_run_id
), job as (
  select hangfire_job_id as id, nextval('hangfire.state_id_seq') as state_id from cancelled where hangfire_job_id is not null
), settled as (
  update hangfire.job j set stateid = s.state_id, statename = 'Deleted', expireat = now() + interval '1 day'
  from job s where j.id = s.id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select s.state_id, s.id, 'Deleted', 'The run has ended', now(),
         jsonb_build_object('DeletedAt', orchestrator.hangfire_time(now()))
  from job s join hangfire.job j on j.id = s.id
), delivered as (
  delete from hangfire.jobqueue d using job s where d.jobid = s.id
), schedule as (
  delete from hangfire.set h using job s where h.key = 'schedule' and h.value = s.id::text
)
select 1
