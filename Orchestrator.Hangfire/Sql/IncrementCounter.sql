-- A row each, so that nobody waits for anybody; they are summed up from time to time.
insert into hangfire.counter (key, value, expireat) values ($1, $2, now() + $3::interval)
