select statename from hangfire.job where id = $1
