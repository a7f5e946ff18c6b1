-- Locked runs as they stand. Of those that the clock has taken the newest $6 stay; a run that has $5 altogether gets no more.
with asked as (
  select * from unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, workflow_run_id, last_job_id)
), old as (
  delete from workflow_snapshots s
  using (select w.tenant_id, w.workflow_run_id, w.number,
                row_number() over (partition by w.tenant_id, w.workflow_run_id order by w.number desc) as place
         from workflow_snapshots w
         join asked a using (tenant_id, workflow_run_id)
         where w.taken_by = 'interval' and $4 = 'interval') o
  where s.tenant_id = o.tenant_id and s.workflow_run_id = o.workflow_run_id and s.number = o.number and o.place >= $6
)
insert into workflow_snapshots (tenant_id, workflow_run_id, number, taken_by, status, variables, steps)
select a.tenant_id, a.workflow_run_id, n.last + 1, $4, r.status, d.variables, s.steps
from asked a
join workflow_runs r using (tenant_id, workflow_run_id)
join workflow_run_data d using (tenant_id, workflow_run_id)
cross join lateral (
  select coalesce(max(number), 0) as last, count(*) as count
  from workflow_snapshots w where w.tenant_id = a.tenant_id and w.workflow_run_id = a.workflow_run_id) n
cross join lateral (
  select coalesce(jsonb_object_agg(q.step_id, jsonb_build_object(
           'status', q.status, 'attempts', q.attempts, 'job_id', q.job_id, 'result', md5(o.output::text))), '{}') as steps
  from job_queue q
  left join job_outputs o using (tenant_id, job_id)
  where q.tenant_id = a.tenant_id and q.job_id > a.workflow_run_id and q.job_id <= a.last_job_id) s
where n.count < $5
returning number
