select field, value from hangfire.hash where key = $1
