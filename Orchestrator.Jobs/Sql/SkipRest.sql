-- What a cycle that is given up would have started.
update autonomous_executions set state = 'skipped', reason = @reason
where tenant_id = @tenant and job_id = @job and state = 'queued'
