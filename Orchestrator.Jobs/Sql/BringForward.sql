-- Lets a step that waits for its time start now; its run is locked, and so is its row. The sweeper queues it, or the
-- delivery that is there already claims it.
update job_queue q
set next_run_at = clock_timestamp()
where q.tenant_id = $1 and q.job_id = $2 and q.next_run_at > clock_timestamp()
