-- In small steps, so that nobody waits long.
delete from hangfire.counter
where id in (select id from hangfire.counter where expireat < now() limit $1 for update skip locked)
