select value from hangfire.jobparameter where jobid = $1 and name = $2
