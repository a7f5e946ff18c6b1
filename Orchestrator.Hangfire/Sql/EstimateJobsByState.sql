-- Explained, never run.
select from hangfire.job where statename = $1
