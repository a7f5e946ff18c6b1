-- Queued steps that no delivery is under way for: their Hangfire job was lost or finished without them, or
-- was fetched long ago by a server that lives but never learned of it (the answer to its claim was lost).
-- Each gets a new job; one whose job an operator has deleted is not among them (DeletedJobs.sql). Rare, so it looks at open runs only, once a minute.
-- Steps are found by the range of their run's keys, then read one by one: each is a look into an index, however many have ended.
with queued as materialized (
  select q.tenant_id, q.job_id
  from workflow_runs r
  cross join lateral (
    select s.tenant_id, s.job_id from job_queue s
    where s.tenant_id = r.tenant_id and s.job_id > r.workflow_run_id and s.job_id <= overlay(r.workflow_run_id::text placing 'ffffff' from 31)::uuid
      and s.status = 'queued'
    offset 0) q
  where r.status in ('pending', 'running') and r.created_at < clock_timestamp() - interval '1 minute'
), lost as materialized (
  select c.tenant_id, c.job_id
  from queued c
  cross join lateral (select s.hangfire_job_id from job_queue s where s.tenant_id = c.tenant_id and s.job_id = c.job_id offset 0) q
  where not exists (select from hangfire.jobqueue d join hangfire.job j on j.id = d.jobid
                    where d.jobid = q.hangfire_job_id
                      and (d.fetchedat is null or d.fetchedat > now() - interval '1 minute'))
    and not exists (select from hangfire.job j
                    left join hangfire.state s on s.id = j.stateid
                    where j.id = q.hangfire_job_id and (j.statename = 'Deleted' or s.createdat > now() - interval '1 minute'))
  limit 1000
), stray as (
  select q.tenant_id, q.job_id, orchestrator.hangfire_queue(q.queue, q.priority) as queue, nextval('hangfire.job_id_seq') as id, nextval('hangfire.state_id_seq') as state_id
  from job_queue q
  where (q.tenant_id, q.job_id) in (select tenant_id, job_id from lost) and q.status = 'queued'
  for no key update of q skip locked
), step as (
  update job_queue q set hangfire_job_id = s.id
  from stray s where q.tenant_id = s.tenant_id and q.job_id = s.job_id
), job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
  select id, state_id, 'Enqueued', replace(replace($1, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb,
         replace(replace($2, '{tenant}', tenant_id), '{job}', job_id::text)::jsonb, now()
  from stray
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select state_id, id, 'Enqueued', 'Delivered again: the job that carried the step was lost', now(),
         jsonb_build_object('Queue', queue, 'EnqueuedAt', orchestrator.hangfire_time(now()))
  from stray
), delivery as (
  insert into hangfire.jobqueue (jobid, queue) select id, queue from stray
)
select queue, count(*)::int from stray group by queue
