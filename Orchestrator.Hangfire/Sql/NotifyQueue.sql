select pg_notify('hangfire_jobqueue', $1)
