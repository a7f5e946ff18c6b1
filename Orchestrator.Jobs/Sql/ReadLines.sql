-- Which of the runs stand in line for a slot, and of which key. Read once they are locked: whoever gives a slot, or has a run
-- get in line again, holds that lock.
select s.tenant_id, s.workflow_run_id, s.key
from unnest($1::text[], $2::uuid[]) as w (tenant_id, workflow_run_id)
join run_slots s using (tenant_id, workflow_run_id)
where not s.holds
