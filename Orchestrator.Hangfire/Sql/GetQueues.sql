-- From one queue's name to the next by the index, not past all of its jobs.
with recursive names as (
  (select queue from hangfire.jobqueue order by queue limit 1)
  union all
  select (select q.queue from hangfire.jobqueue q where q.queue > n.queue order by q.queue limit 1)
  from names n
  where n.queue is not null
)
select queue from names where queue is not null
