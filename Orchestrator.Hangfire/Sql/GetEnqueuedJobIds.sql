select jobid from hangfire.jobqueue where queue = $1 and fetchedat is null order by fetchedat nulls first, queue, jobid offset $2 limit $3
