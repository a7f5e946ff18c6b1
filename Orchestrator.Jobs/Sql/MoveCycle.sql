update autonomous_jobs
set phase = @phase, cursor_agent_id = @cursor, updated_at = clock_timestamp()
where tenant_id = @tenant and id = @job
