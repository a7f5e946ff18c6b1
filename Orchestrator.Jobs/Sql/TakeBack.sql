-- Takes steps back from workers that are gone or silent, in locked runs. The attempt ends as lost and uses nothing up;
-- its number stays used, so a worker that was only paused can't write under it. The step is delivered again: its
-- Hangfire job goes back to Enqueued, with a new place in the queue. In a run that has ended the step is cancelled
-- instead.
-- Transition: take back (leased, running); cancel (running)
with lost as (
  update job_queue q
  set status = case when r.status in ('success', 'failed', 'cancelled') then 'cancelled' else 'queued' end,
      finished_at = case when r.status in ('success', 'failed', 'cancelled') then clock_timestamp() end,
      lost = q.lost + 1,
      lease_owner = null,
      lease_until = null
  from workflow_runs r
  where r.tenant_id = q.tenant_id and r.workflow_run_id = q.workflow_run_id
    and (q.tenant_id, q.workflow_run_id) in (select * from unnest($1::text[], $2::uuid[]))
    and q.status in ('leased', 'running')
    and (q.lease_until < clock_timestamp() or not exists (select from workers w where w.worker_id = q.lease_owner))
  returning q.tenant_id, q.job_id, q.workflow_run_id, q.owners, q.attempts, q.started_at, q.status, orchestrator.hangfire_queue(q.queue, q.priority) as queue, q.hangfire_job_id
), attempt as (
  insert into job_attempts (tenant_id, job_id, attempt, started_at, finished_at, success, error_text)
  select tenant_id, job_id, attempts, coalesce(started_at, clock_timestamp()), clock_timestamp(), false,
         'The worker was lost while the attempt ran.'
  from lost
  on conflict do nothing
), run as (
  update workflow_runs r
  set open_steps = greatest(0, r.open_steps - c.steps)
  from (select tenant_id, workflow_run_id, count(*)::int as steps from lost where status = 'cancelled' and owners is null group by 1, 2) c
  where r.tenant_id = c.tenant_id and r.workflow_run_id = c.workflow_run_id
), job as (
  select l.*, j.id, nextval('hangfire.state_id_seq') as state_id
  -- one that an operator has deleted stays deleted; the sweeper reacts to that
  from lost l join hangfire.job j on j.id = l.hangfire_job_id and j.statename <> 'Deleted'
), moved as (
  update hangfire.job j
  set stateid = s.state_id,
      statename = case when s.status = 'queued' then 'Enqueued' else 'Deleted' end,
      expireat = case when s.status = 'queued' then null else now() + interval '1 day' end
  from job s where j.id = s.id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select state_id, id, case when status = 'queued' then 'Enqueued' else 'Deleted' end, 'Its worker was lost', now(),
         case when status = 'queued'
           then jsonb_build_object('Queue', queue, 'EnqueuedAt', orchestrator.hangfire_time(now()))
           else jsonb_build_object('DeletedAt', orchestrator.hangfire_time(now())) end
  from job
), dropped as (
  -- Whoever still works on the old delivery removes its place in the queue when he ends: the new one is not his.
  delete from hangfire.jobqueue d using job s where d.jobid = s.id
), delivery as (
  insert into hangfire.jobqueue (jobid, queue) select id, queue from job where status = 'queued'
)
select queue, count(*)::int from lost group by queue
