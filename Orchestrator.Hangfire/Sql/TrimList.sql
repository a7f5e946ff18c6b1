-- The newest is the first.
delete from hangfire.list
where key = $1 and id not in (select id from hangfire.list where key = $1 order by id desc offset $2 limit $3)
