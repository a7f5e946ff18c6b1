-- Whether a for_each still takes items ($3), from now on; who is adding some at this moment is waited for.
update step_progress set takes_items = $3 where tenant_id = $1 and job_id = $2
