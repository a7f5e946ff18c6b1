-- Queues steps whose time has come, oldest first; their Hangfire jobs go from Scheduled to Enqueued. A job that
-- Hangfire's own scheduler has brought forward already has its queue row, and gets no second one. One that an operator has
-- deleted stays deleted; the sweeper reacts to that.
-- Transition: promote (failed, waiting)
with due as (
  select q.tenant_id, q.job_id
  from job_queue q
  join workflow_runs r using (tenant_id, workflow_run_id)
  where q.next_run_at <= clock_timestamp() and q.status in ('failed', 'waiting') and r.status in ('pending', 'running')
  order by q.next_run_at
  limit $1
  for no key update of q skip locked
), promoted as (
  update job_queue q
  set status = 'queued', waiting_for = null, next_run_at = null
  from due d
  where q.tenant_id = d.tenant_id and q.job_id = d.job_id
  returning orchestrator.hangfire_queue(q.queue, q.priority) as queue, q.hangfire_job_id
), job as (
  select p.queue, j.id, nextval('hangfire.state_id_seq') as state_id
  from promoted p join hangfire.job j on j.id = p.hangfire_job_id
  where j.statename <> 'Deleted' and not exists (select from hangfire.jobqueue d where d.jobid = j.id)
), moved as (
  update hangfire.job j set stateid = s.state_id, statename = 'Enqueued', expireat = null
  from job s where j.id = s.id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select state_id, id, 'Enqueued', 'Its time has come', now(),
         jsonb_build_object('Queue', queue, 'EnqueuedAt', orchestrator.hangfire_time(now()))
  from job
), delivery as (
  insert into hangfire.jobqueue (jobid, queue) select id, queue from job
), unscheduled as (
  delete from hangfire.set h using promoted p where h.key = 'schedule' and h.value = p.hangfire_job_id::text
)
select queue, count(*)::int from promoted group by queue
