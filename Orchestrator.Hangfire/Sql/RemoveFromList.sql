delete from hangfire.list where key = $1 and value = $2
