select jobid from hangfire.jobqueue where queue = $1 and fetchedat is not null order by fetchedat, id offset $2 limit $3
