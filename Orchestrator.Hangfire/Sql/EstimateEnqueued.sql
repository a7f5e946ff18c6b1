-- Explained, never run.
select from hangfire.jobqueue where queue = $1 and fetchedat is null
