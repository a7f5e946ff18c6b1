-- Runs that have just failed go on by themselves after 2, 4 and 8 seconds (seed 003); not a fourth time.
insert into run_recoveries as r (tenant_id, workflow_run_id, due_at)
select tenant_id, workflow_run_id, clock_timestamp() + interval '2 s'
from unnest($1::text[], $2::uuid[]) as w (tenant_id, workflow_run_id)
on conflict (tenant_id, workflow_run_id) do update
set due_at = case when r.recoveries < 3 then clock_timestamp() + interval '2 s' * 2 ^ r.recoveries end
