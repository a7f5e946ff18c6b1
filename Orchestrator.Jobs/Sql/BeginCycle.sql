-- It has its lock, under this token.
update autonomous_jobs
set status = 'running', started_at = coalesce(started_at, clock_timestamp()), fencing_token = @token, updated_at = clock_timestamp()
where tenant_id = @tenant and id = @job
