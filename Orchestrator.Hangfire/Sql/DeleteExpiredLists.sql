-- In small steps, so that nobody waits long.
delete from hangfire.list
where id in (select id from hangfire.list where expireat < now() limit $1 for update skip locked)
