-- Recurring jobs whose time has come by the database's clock, and after them the next one, without its fields.
(
  select now(), s.score, (select json_object_agg(h.field, h.value)::text from hangfire.hash h where h.key = 'recurring-job:' || s.value), s.value, true
  from hangfire.set s
  where s.key = 'recurring-jobs' and s.score between 0 and extract(epoch from now())::double precision
  order by s.score, s.id
  limit $1
)
union all
(
  select now(), s.score, null, s.value, false
  from hangfire.set s
  where s.key = 'recurring-jobs' and s.score > extract(epoch from now())::double precision
  order by s.score
  limit 1
)
