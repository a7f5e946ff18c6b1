delete from hangfire.server where lastheartbeat < now() - $1::interval
