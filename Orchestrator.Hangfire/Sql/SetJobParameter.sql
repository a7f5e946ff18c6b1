-- There is no unique key on job and name to upsert by.
with updated as (
  update hangfire.jobparameter set value = $3 where jobid = $1 and name = $2 returning 1
)
insert into hangfire.jobparameter (jobid, name, value)
select $1, $2, $3 where not exists (select from updated) and exists (select from hangfire.job where id = $1)
