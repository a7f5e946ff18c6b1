-- Ends jobs of this server: state, expiry, counters, place in the queue. Each is fenced by the Processing state that its
-- worker wrote: a job that was moved meanwhile is left alone, and only its place in the queue goes, unless that is now
-- another worker's. A row without a name only asks whether the job is still its worker's. A job whose list of children is not as long
-- as it is thought to be is left alone, too: they are to be moved with it. LockJobs comes before this.
-- $1 places in the queue, $2 jobs, $3 fences, $4 names, $5 reasons, $6 data, $7 seconds until they expire;
-- $8 to $11 counters: row that they belong to, key, value, seconds until they expire; $12 length of the list of children
-- (null: it does not matter); $13 to $17 children that are enqueued: row that they belong to, job, fence, data, queue;
-- $18 their reasons, $19 notification. The answer: 0 lost, 1 done (or still the worker's), 2 there are other children, 3 lost, and on its way to a worker again.
with input as materialized (
  select t.*, nextval('hangfire.state_id_seq') as stateid
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::double precision[], $12::int[])
    with ordinality as t (queueid, jobid, fence, name, reason, data, expirein, children, nr)
),
moved as (
  update hangfire.job j
  set stateid = i.stateid, statename = i.name, expireat = now() + make_interval(secs => i.expirein)
  from input i
  where j.id = i.jobid and j.stateid = i.fence and i.name is not null
    and (i.children is null or i.children = coalesce(
      (select max(length(p.value)) from hangfire.jobparameter p where p.jobid = i.jobid and p.name = 'Continuations'), 0))
  returning i.nr
),
history as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select i.stateid, i.jobid, i.name, i.reason, now(), i.data::jsonb from input i join moved m on m.nr = i.nr
),
counted as (
  insert into hangfire.counter (key, value, expireat)
  select c.key, sum(c.value), now() + make_interval(secs => max(c.expirein))
  from unnest($8::bigint[], $9::text[], $10::bigint[], $11::double precision[]) as c (nr, key, value, expirein)
  join moved m on m.nr = c.nr
  group by c.key
),
released as (
  delete from hangfire.jobqueue q
  where q.id = any(array(
    select i.queueid from input i
    where exists (select from moved m where m.nr = i.nr)
      or not exists (
        select from hangfire.job j
        where j.id = i.jobid and (j.stateid = i.fence or j.statename = 'Processing'))
      or exists (
        -- The other worker has the job from another place.
        select from hangfire.jobqueue other
        join hangfire.job j on j.id = other.jobid and j.stateid <> i.fence
        where other.jobid = i.jobid and other.id <> i.queueid and other.fetchedat is not null)))
),
child as materialized (
  select c.*, nextval('hangfire.state_id_seq') as stateid
  from unnest($13::bigint[], $14::bigint[], $15::bigint[], $16::text[], $17::text[], $18::text[]) as c (nr, jobid, fence, data, queue, reason)
  join moved m on m.nr = c.nr
),
started as (
  -- A child that was moved by somebody else meanwhile does not wait any more.
  update hangfire.job j set stateid = c.stateid, statename = 'Enqueued', expireat = null
  from child c where j.id = c.jobid and j.stateid = c.fence
  returning j.id
),
childhistory as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select c.stateid, c.jobid, 'Enqueued', c.reason, now(), c.data::jsonb from child c join started s on s.id = c.jobid
),
queued as (
  insert into hangfire.jobqueue (jobid, queue) select c.jobid, c.queue from child c join started s on s.id = c.jobid order by c.jobid
),
unawaited as (
  delete from hangfire.set where key = 'awaiting' and value in (select id::text from started)
),
notified as materialized (
  select pg_notify('hangfire_jobqueue', $19) where $19 is not null
)
select case
    when exists (select from moved m where m.nr = i.nr) then 1
    when not exists (select from hangfire.job j where j.id = i.jobid and j.stateid = i.fence)
      then case when (select j.statename from hangfire.job j where j.id = i.jobid) = 'Enqueued' then 3 else 0 end
    when i.name is null then 1
    else 2
  end, (select count(*) from notified)
from input i
order by i.nr
