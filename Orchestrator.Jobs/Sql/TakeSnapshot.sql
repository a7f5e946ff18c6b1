-- A locked run as it stands; nothing where it has $4 snapshots already.
insert into workflow_snapshots (tenant_id, workflow_run_id, number, taken_by, status, variables, steps)
select r.tenant_id, r.workflow_run_id, n.last + 1, $3, r.status, d.variables, s.steps
from workflow_runs r
join workflow_run_data d using (tenant_id, workflow_run_id)
cross join lateral (select coalesce(max(number), 0) as last from workflow_snapshots where tenant_id = $1 and workflow_run_id = $2) n
cross join lateral (
  select coalesce(jsonb_object_agg(q.step_id, jsonb_build_object(
           'status', q.status, 'attempts', q.attempts, 'job_id', q.job_id, 'result', md5(o.output::text))), '{}') as steps
  from job_queue q
  left join job_outputs o using (tenant_id, job_id)
  where q.tenant_id = $1 and q.job_id > $2 and q.job_id <= $5) s
where r.tenant_id = $1 and r.workflow_run_id = $2 and n.last < $4
returning number
