-- Nobody may answer any more; nothing where somebody has.
update step_approvals set closed_at = clock_timestamp()
where tenant_id = $1 and job_id = $2 and attempt = $3 and approved is null and closed_at is null
