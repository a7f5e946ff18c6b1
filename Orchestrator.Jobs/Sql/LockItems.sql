-- Locks the list of a for_each; whether it takes more.
select takes_items from step_progress where tenant_id = $1 and job_id = $2 for no key update
