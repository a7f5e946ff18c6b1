select count(*) from hangfire.set where key = $1
