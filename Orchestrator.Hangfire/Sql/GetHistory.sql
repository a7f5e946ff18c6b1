-- The newest first.
select name, reason, createdat, data::text from hangfire.state where jobid = $1 order by id desc
