delete from hangfire.hash where key = $1
