-- Ends jobs of this server: state, expiry, counters, place in the queue. Each is fenced by the Processing state that its
-- worker wrote: a job that was moved meanwhile is left alone, and only its place in the queue goes, unless that is now
-- another worker's. A row without a name only asks whether the job is still its worker's.
-- $1 places in the queue, $2 jobs, $3 fences, $4 names, $5 reasons, $6 data, $7 seconds until they expire;
-- $8 to $11 counters: row that they belong to, key, value, seconds until they expire
with input as materialized (
  select t.*, nextval('hangfire.state_id_seq') as stateid
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::double precision[])
    with ordinality as t (queueid, jobid, fence, name, reason, data, expirein, nr)
),
moved as (
  update hangfire.job j
  set stateid = i.stateid, statename = i.name, expireat = now() + make_interval(secs => i.expirein)
  from input i
  where j.id = i.jobid and j.stateid = i.fence and i.name is not null
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
  delete from hangfire.jobqueue q using input i
  where q.id = i.queueid
    and (exists (select from moved m where m.nr = i.nr)
      or not exists (
        select from hangfire.job j
        where j.id = i.jobid and (j.stateid = i.fence or j.statename = 'Processing'))
      or exists (
        -- The other worker has the job from another place.
        select from hangfire.jobqueue other
        join hangfire.job j on j.id = other.jobid and j.stateid <> i.fence
        where other.jobid = i.jobid and other.id <> i.queueid and other.fetchedat is not null))
)
select exists (select from moved m where m.nr = i.nr)
  or (i.name is null and exists (select from hangfire.job j where j.id = i.jobid and j.stateid = i.fence))
from input i
order by i.nr
