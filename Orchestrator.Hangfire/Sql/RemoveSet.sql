delete from hangfire.set where key = $1
