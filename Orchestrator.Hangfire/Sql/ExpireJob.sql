update hangfire.job set expireat = now() + $2::interval where id = $1
