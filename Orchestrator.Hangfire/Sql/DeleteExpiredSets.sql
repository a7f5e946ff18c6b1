-- In small steps, so that nobody waits long.
delete from hangfire.set
where id in (select id from hangfire.set where expireat < now() limit $1 for update skip locked)
