select min(expireat) - now() from hangfire.set where key = $1
