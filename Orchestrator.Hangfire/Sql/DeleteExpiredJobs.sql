-- In small steps, so that nobody waits long.
delete from hangfire.job
where id in (select id from hangfire.job where expireat < now() limit $1 for update skip locked)
