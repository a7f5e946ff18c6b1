select count(*) from hangfire.job where statename = $1
