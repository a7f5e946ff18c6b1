-- Jobs whose time has come, by the database's clock.
select s.value, j.id, j.stateid, j.statename, j.createdat, j.invocationdata::text, j.arguments::text,
  (select json_object_agg(p.name, p.value)::text from hangfire.jobparameter p where p.jobid = j.id)
from hangfire.set s left join hangfire.job j on j.id = s.value::bigint
where s.key = 'schedule' and s.score <= extract(epoch from now())
order by s.score
limit $1
