select count(*) from hangfire.list where key = $1
