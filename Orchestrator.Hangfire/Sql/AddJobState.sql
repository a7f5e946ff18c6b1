insert into hangfire.state (jobid, name, reason, createdat, data) values ($1, $2, $3, now(), $4::jsonb)
