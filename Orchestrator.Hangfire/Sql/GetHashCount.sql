select count(*) from hangfire.hash where key = $1
