update hangfire.set set expireat = now() + $2::interval where key = $1
