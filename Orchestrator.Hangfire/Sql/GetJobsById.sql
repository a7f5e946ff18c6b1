-- In the order of the ids that were asked for.
select j.id, j.statename, j.invocationdata::text, j.arguments::text, s.reason, s.data::text, s.createdat,
  (select max(q.fetchedat) from hangfire.jobqueue q where q.jobid = j.id)
from unnest($1::bigint[]) with ordinality as wanted (id, place)
join hangfire.job j on j.id = wanted.id
left join hangfire.state s on s.id = j.stateid
order by wanted.place
