select tenant_id, id from autonomous_jobs where status in ('pending', 'running') order by priority desc, id
