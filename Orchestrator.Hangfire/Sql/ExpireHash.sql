update hangfire.hash set expireat = now() + $2::interval where key = $1
