update hangfire.jobqueue set fetchedat = null where id = $1
