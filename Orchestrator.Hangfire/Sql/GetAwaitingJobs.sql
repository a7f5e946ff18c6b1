-- Those of the given jobs that still await the parent $1. One that awaits another by now is not its child any more.
select j.id, j.stateid, j.statename, j.createdat, j.invocationdata::text, j.arguments::text,
  (select json_object_agg(p.name, p.value)::text from hangfire.jobparameter p where p.jobid = j.id), s.data::text
from unnest($2::bigint[]) with ordinality as wanted (id, place)
join hangfire.job j on j.id = wanted.id
join hangfire.state s on s.id = j.stateid
where j.statename = 'Awaiting' and coalesce(s.data ->> 'ParentId', $1) = $1
order by wanted.place
