-- Seconds until the next job is due; null: none is scheduled.
select min(score) - extract(epoch from clock_timestamp())::double precision from hangfire.set where key = 'schedule'
