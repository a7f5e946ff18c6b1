-- In small steps, so that nobody waits long.
delete from hangfire.hash
where id in (select id from hangfire.hash where expireat < now() limit $1 for update skip locked)
