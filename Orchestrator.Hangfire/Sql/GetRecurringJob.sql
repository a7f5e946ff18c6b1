-- The database's time, and the recurring job, if there is one.
select now(), s.score, (select json_object_agg(h.field, h.value)::text from hangfire.hash h where h.key = 'recurring-job:' || $1)
from (values (0)) as one (row)
left join hangfire.set s on s.key = 'recurring-jobs' and s.value = $1
