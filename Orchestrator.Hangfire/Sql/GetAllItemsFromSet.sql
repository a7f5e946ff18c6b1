select value from hangfire.set where key = $1
