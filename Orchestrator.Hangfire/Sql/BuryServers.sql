-- Forgets dead servers and gives what they were performing back to the queues.
with dead as (
  delete from hangfire.server where id = any($1) returning id
)
update hangfire.jobqueue q
set fetchedat = null
from hangfire.job j
join hangfire.state s on s.id = j.stateid
where j.statename = 'Processing' and s.data ->> 'ServerId' in (select id from dead)
  and q.jobid = j.id and q.fetchedat is not null
