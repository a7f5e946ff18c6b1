select distinct queue from hangfire.jobqueue order by queue
