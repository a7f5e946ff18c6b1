-- In small steps, so that nobody waits long.
delete from hangfire.aggregatedcounter
where id in (select id from hangfire.aggregatedcounter where expireat < now() limit $1 for update skip locked)
