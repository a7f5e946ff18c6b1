-- Locks runs in the order of their ids, so that two recordings never wait for each other in a circle. Whoever moves a
-- step out of waiting or running holds its run's lock; a claim or a promotion, which move one that is neither, do not.
-- The transaction's id is for HasCommitted.sql.
select r.tenant_id, r.workflow_run_id, r.status, r.open_steps, r.dead_step, r.next_step, pg_current_xact_id()::text
from workflow_runs r
join unnest($1::text[], $2::uuid[]) as w (tenant_id, workflow_run_id) using (tenant_id, workflow_run_id)
order by r.workflow_run_id, r.tenant_id
for no key update of r
