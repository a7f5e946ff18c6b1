-- One job for whoever fetches one by one; queues in their given order, the oldest job first.
update hangfire.jobqueue
set fetchedat = now()
where id = (
  select next.id
  from unnest($1::text[]) as wanted (queue)
  cross join lateral (
    select q.id
    from hangfire.jobqueue q
    where q.queue = wanted.queue and (q.fetchedat is null or q.fetchedat < now() - $2::interval)
    order by q.fetchedat nulls first, q.queue, q.jobid
    limit 1
    for update skip locked
  ) as next
  limit 1
)
returning id, jobid, queue, fetchedat
