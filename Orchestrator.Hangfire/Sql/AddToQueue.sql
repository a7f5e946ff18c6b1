insert into hangfire.jobqueue (jobid, queue) values ($1, $2)
