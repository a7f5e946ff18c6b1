-- Takes jobs for all idle workers at once: queues in their given order, the oldest job of each first, and moves them to
-- Processing. The lateral join reads one queue after the other and stops when it has enough, so nothing is locked that
-- is not taken; the order of its columns is that of the index. A job whose row somebody holds is left for the next time.
-- There is always a row: its last column says whether places were dropped, behind which there may be jobs to run.
-- $1 queues, $2 limit, $3 server, $4 workers (one for each job), $5 time of start as it is stored,
-- $6 the first job of each queue to look at
with found as materialized (
  select q.id, q.jobid, q.queue
  from unnest($1::text[], $6::bigint[]) as wanted (queue, first)
  cross join lateral (
    select id, jobid, queue
    from hangfire.jobqueue
    where fetchedat is null and queue = wanted.queue and jobid >= wanted.first
    order by fetchedat nulls first, queue, jobid
    limit $2
    for update skip locked
  ) as q
  limit $2
),
-- The same as arrays and back: the planner takes an array for ten rows, whatever it thinks of the queue, and so goes to
-- each of them by its key and doesn't read whole tables.
taken as materialized (
  select listed.*
  from (select array_agg(id) as ids, array_agg(jobid) as jobids, array_agg(queue) as queues from found) as a
  cross join unnest(a.ids, a.jobids, a.queues) as listed (id, jobid, queue)
),
locked as materialized (
  select t.id, t.jobid, t.queue, j.stateid, j.statename, j.createdat, j.invocationdata, j.arguments
  from taken t
  cross join lateral (select * from hangfire.job where id = t.jobid for no key update skip locked) as j
),
-- A job in two places of a queue is performed once: the second is dropped, now or when it is met while the first runs.
runnable as materialized (
  select first.*, nextval('hangfire.state_id_seq') as newstateid, row_number() over () as slot
  from (select distinct on (jobid) * from locked where statename in ('Enqueued', 'Processing') order by jobid, id) as first
  where first.statename = 'Enqueued' or not exists (
    select from hangfire.jobqueue other
    where other.jobid = first.jobid and other.id <> first.id and other.fetchedat is not null)
),
fetched as (
  update hangfire.jobqueue set fetchedat = now() where id = any (array(select id from runnable))
),
dropped as (
  delete from hangfire.jobqueue where id = any (array(
    select t.id from taken t
    where exists (select from locked l where l.id = t.id) or not exists (select from hangfire.job j where j.id = t.jobid)
    except select id from runnable))
  returning id
),
processing as (
  insert into hangfire.state (id, jobid, name, createdat, data)
  select newstateid, jobid, 'Processing', now(),
    jsonb_build_object('ServerId', $3::text, 'WorkerId', ($4::text[])[slot], 'StartedAt', $5::text)
  from runnable
),
moved as (
  update hangfire.job j set stateid = r.newstateid, statename = 'Processing', expireat = null
  from runnable r where j.id = r.jobid
)
select r.slot, r.id, r.jobid, r.queue, r.newstateid, r.statename, r.createdat, r.invocationdata::text, r.arguments::text,
  (select json_object_agg(p.name, p.value)::text from hangfire.jobparameter p where p.jobid = r.jobid), d.any_dropped
from (select exists (select from dropped) as any_dropped) as d
left join runnable r on true
order by r.slot
