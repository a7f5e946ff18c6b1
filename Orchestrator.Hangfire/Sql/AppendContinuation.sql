with appended as (
  update hangfire.jobparameter
  set value = case coalesce(value, '[]') when '[]' then '[' else left(value, -1) || ',' end || $2 || ']'
  where jobid = $1 and name = 'Continuations'
  returning 1
)
insert into hangfire.jobparameter (jobid, name, value)
select $1, 'Continuations', '[' || $2 || ']' where not exists (select from appended)
