-- Lets locked runs that are paused go on: one that had not started is pending again. What was due later than the pause is due
-- that much later, and so is the run's end; tokens, locks and the start that the dispatch asked for keep their own time.
-- What is queued is delivered (again): a worker that had it meanwhile was refused and has let go of it, or what made it
-- ready was recorded in the pause, and it was not delivered at all. A delivery too many changes nothing.
-- A run with a step that waits for a decision does not go on.
-- $4: the line in the log; $5: what the log keeps besides; $6, $7: how a Hangfire job is written.
-- Transition of the run: resume (paused); wait again (paused)
with was as (
  select r.tenant_id, r.workflow_run_id, w.last_job_id, coalesce(r.paused_at, clock_timestamp()) as paused_at
  from workflow_runs r
  join unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, workflow_run_id, last_job_id) using (tenant_id, workflow_run_id)
  where r.status = 'paused'
    and not exists (select from alerts a
                    where a.tenant_id = r.tenant_id and a.workflow_run_id = r.workflow_run_id and a.job_id is not null and a.resolved_at is null)
), run as (
  update workflow_runs r
  set status = case when r.started_at is null then 'pending' else 'running' end,
      revision = r.revision + 1,
      paused_at = null,
      pauses = coalesce(r.pauses, '{}') + tstzmultirange(tstzrange(w.paused_at, clock_timestamp())),
      deadline_at = r.deadline_at + (clock_timestamp() - w.paused_at)
  from was w
  where r.tenant_id = w.tenant_id and r.workflow_run_id = w.workflow_run_id
  returning r.tenant_id, r.workflow_run_id
), log as (
  insert into workflow_logs (tenant_id, workflow_run_id, message, data) select tenant_id, workflow_run_id, $4, $5::jsonb from run
), time_of_step as (
  -- a step that takes turns keeps when its own time is over, and a delay when it ends
  update step_progress p
  set data = p.data || (
    select jsonb_object_agg(t.name, orchestrator.hangfire_time(t.at + (clock_timestamp() - w.paused_at)))
    from (values ('deadline', (p.data ->> 'deadline')::timestamptz), ('until', (p.data ->> 'until')::timestamptz)) as t (name, at)
    where t.at > w.paused_at)
  from was w
  where p.tenant_id = w.tenant_id and p.job_id > w.workflow_run_id and p.job_id <= w.last_job_id
    and greatest((p.data ->> 'deadline')::timestamptz, (p.data ->> 'until')::timestamptz) > w.paused_at
), timer as (
  update job_queue q
  set next_run_at = case when q.next_run_at > w.paused_at and split_part(q.waiting_for, ':', 1) not in ('rate_limit', 'exclusive', 'schedule')
                      then q.next_run_at + (clock_timestamp() - w.paused_at) else q.next_run_at end
  from was w
  where q.tenant_id = w.tenant_id and q.job_id > w.workflow_run_id and q.job_id <= w.last_job_id and q.next_run_at is not null
  returning q.hangfire_job_id, q.next_run_at
), scheduled as (
  insert into hangfire.set (key, value, score)
  select 'schedule', j.id::text, ceil(extract(epoch from t.next_run_at))
  from timer t join hangfire.job j on j.id = t.hangfire_job_id
  where j.statename = 'Scheduled'
  on conflict (key, value) do update set score = excluded.score
), queued as (
  select q.tenant_id, q.job_id, q.workflow_run_id, orchestrator.hangfire_queue(q.queue, q.priority) as queue, j.id as old_id,
         case when j.id is null then nextval('hangfire.job_id_seq') end as new_id, nextval('hangfire.state_id_seq') as state_id
  from was w
  join job_queue q on q.tenant_id = w.tenant_id and q.job_id > w.workflow_run_id and q.job_id <= w.last_job_id
  left join hangfire.job j on j.id = q.hangfire_job_id
  where q.status = 'queued' and j.statename is distinct from 'Deleted'
  for no key update of q
), step as (
  update job_queue q set hangfire_job_id = s.new_id
  from queued s where q.tenant_id = s.tenant_id and q.job_id = s.job_id and s.new_id is not null
), job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
  select new_id, state_id, 'Enqueued', replace(replace($6, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb,
         replace(replace($7, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb, now()
  from queued where new_id is not null
), moved as (
  update hangfire.job j set stateid = s.state_id, statename = 'Enqueued', expireat = null
  from queued s where j.id = s.old_id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select state_id, coalesce(new_id, old_id), 'Enqueued', 'The run goes on', now(),
         jsonb_build_object('Queue', queue, 'EnqueuedAt', orchestrator.hangfire_time(now()))
  from queued
), dropped as (
  -- Whoever still works on an old delivery removes its place in the queue when he ends: the new one is not his.
  delete from hangfire.jobqueue d using queued s where d.jobid = s.old_id
), delivery as (
  insert into hangfire.jobqueue (jobid, queue) select coalesce(new_id, old_id), queue from queued
)
select r.workflow_run_id, q.queue from run r left join queued q using (tenant_id, workflow_run_id)
