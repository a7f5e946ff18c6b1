update hangfire.server set lastheartbeat = now() where id = $1
