-- An attempt that was given back used nothing up.
update job_queue set lost = lost + 1 where tenant_id = $1 and job_id = $2
