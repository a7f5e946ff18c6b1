delete from hangfire.set where key = $1 and value = $2
