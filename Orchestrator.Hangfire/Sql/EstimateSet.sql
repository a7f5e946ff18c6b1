-- Explained, never run.
select from hangfire.set where key = $1
