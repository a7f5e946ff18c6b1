-- Moves due jobs into their queues, each fenced by the state that it was read with. The place in the schedule goes in any
-- case, unless the job has got another time meanwhile.
-- $1 jobs, $2 fences, $3 reasons, $4 data, $5 queues, $6 members of the schedule that go, $7 notification
with input as materialized (
  select t.*, nextval('hangfire.state_id_seq') as stateid
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[]) as t (jobid, fence, reason, data, queue)
),
moved as (
  update hangfire.job j set stateid = i.stateid, statename = 'Enqueued', expireat = null
  from input i where j.id = i.jobid and j.stateid = i.fence
  returning j.id
),
history as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select i.stateid, i.jobid, 'Enqueued', i.reason, now(), i.data::jsonb from input i join moved m on m.id = i.jobid
),
queued as (
  insert into hangfire.jobqueue (jobid, queue) select i.jobid, i.queue from input i join moved m on m.id = i.jobid
),
unscheduled as (
  delete from hangfire.set
  where value = any($6::text[]) and ((key = 'schedule' and score <= extract(epoch from now())) or key = 'retries')
)
select pg_notify('hangfire_jobqueue', $7) where $7 is not null
