-- The Hangfire queue that a step belongs to.
select orchestrator.hangfire_queue(q.queue, q.priority) from job_queue q where q.tenant_id = $1 and q.job_id = $2
