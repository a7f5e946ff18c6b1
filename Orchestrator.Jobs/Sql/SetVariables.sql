-- Assigns variables of runs, in the order in which the steps ended. Those that a run began with are kept for its restart.
update workflow_run_data d
set variables = d.variables || w.variables, first_variables = coalesce(d.first_variables, d.variables)
from (
  select tenant_id, workflow_run_id, jsonb_object_agg(key, value order by place) as variables
  from unnest($1::text[], $2::uuid[], $3::jsonb[]) with ordinality as s (tenant_id, workflow_run_id, assigned, place)
  cross join lateral jsonb_each(s.assigned)
  group by tenant_id, workflow_run_id) w
where d.tenant_id = w.tenant_id and d.workflow_run_id = w.workflow_run_id
