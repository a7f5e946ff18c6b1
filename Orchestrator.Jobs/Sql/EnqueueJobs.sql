-- Hangfire jobs of any kind, as its client leaves them: job, parameters, state, place in the queue. In the order of the input.
with input as materialized (
  select nextval('hangfire.job_id_seq') as job_id, nextval('hangfire.state_id_seq') as state_id, t.*
  from unnest($1::text[], $2::text[], $3::text[]) with ordinality as t (invocation, arguments, queue, place)
), job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
  select job_id, state_id, 'Enqueued', invocation::jsonb, arguments::jsonb, now() from input
), parameter as (
  insert into hangfire.jobparameter (jobid, name, value)
  select i.job_id, p.name, p.value from input i cross join unnest($4::text[], $5::text[]) as p (name, value)
), state as (
  insert into hangfire.state (id, jobid, name, createdat, data)
  select state_id, job_id, 'Enqueued', now(), jsonb_build_object('Queue', queue, 'EnqueuedAt', orchestrator.hangfire_time(now()))
  from input
), queued as (
  insert into hangfire.jobqueue (jobid, queue) select job_id, queue from input
)
select job_id from input order by place
