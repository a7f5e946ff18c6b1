-- A job without state; with a time it goes then, if it gets none.
insert into hangfire.job (id, invocationdata, arguments, createdat, expireat)
values ($1, $2::jsonb, $3::jsonb, $4, now() + $5::interval)
