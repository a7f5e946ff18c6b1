select min(expireat) - now() from hangfire.list where key = $1
