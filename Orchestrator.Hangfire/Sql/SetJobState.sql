with state as (
  insert into hangfire.state (jobid, name, reason, createdat, data) values ($1, $2, $3, now(), $4::jsonb) returning id
)
update hangfire.job set stateid = state.id, statename = $2 from state where job.id = $1
