delete from hangfire.jobqueue where id = $1
