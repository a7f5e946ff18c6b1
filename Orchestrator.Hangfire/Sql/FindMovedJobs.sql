-- Running jobs that somebody else has moved or deleted. A job may write its own end while its method still runs, which is
-- why the states that only an end writes don't count.
select t.jobid
from unnest($1::bigint[], $2::bigint[]) as t (jobid, fence)
left join hangfire.job j on j.id = t.jobid
where j.id is null
  or (j.stateid is distinct from t.fence and j.statename not in ('Succeeded', 'Failed', 'Scheduled'))
