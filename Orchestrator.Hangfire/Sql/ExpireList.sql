update hangfire.list set expireat = now() + $2::interval where key = $1
