delete from hangfire.server where id = $1
