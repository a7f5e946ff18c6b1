-- Lets a step that waits for its time start now, by its run's clock, which stands still in a pause; its run is locked, and so
-- is its row. The sweeper queues it, or the delivery that is there already claims it.
update job_queue q
set next_run_at = coalesce(r.paused_at, clock_timestamp())
from workflow_runs r
where q.tenant_id = $1 and q.job_id = $2 and r.tenant_id = q.tenant_id and r.workflow_run_id = q.workflow_run_id
  and q.next_run_at > coalesce(r.paused_at, clock_timestamp())
