select value from hangfire.hash where key = $1 and field = $2
