select min(expireat) - now() from hangfire.hash where key = $1
