-- Many jobs with parameters, first state and place in queue or schedule: all of them are there, or none is.
-- The sequence of jobqueue follows the order of the input.
with input as materialized (
  select nextval('hangfire.state_id_seq') as stateid, t.*
  from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::double precision[])
    as t (jobid, invocationdata, arguments, createdat, statename, reason, statedata, queue, dueat)
),
job as (
  insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
  select jobid, stateid, statename, invocationdata::jsonb, arguments::jsonb, createdat from input
),
parameter as (
  insert into hangfire.jobparameter (jobid, name, value)
  select t.jobid, t.name, t.value from unnest($10::bigint[], $11::text[], $12::text[]) as t (jobid, name, value)
),
state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select stateid, jobid, statename, reason, now(), statedata::jsonb from input
),
queued as (
  insert into hangfire.jobqueue (jobid, queue) select jobid, queue from input where queue is not null
),
scheduled as (
  insert into hangfire.set (key, score, value) select 'schedule', dueat, jobid::text from input where dueat is not null
)
-- One notification a batch, and none when a worker of this process takes the jobs: it makes commits wait for one another.
select pg_notify('hangfire_jobqueue', $13) where $13 is not null
