-- What runs long is not to be taken for lost.
update hangfire.jobqueue set fetchedat = now() where id = any($1) and fetchedat is not null
