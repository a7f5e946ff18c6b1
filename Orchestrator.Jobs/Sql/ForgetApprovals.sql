-- Questions and their answers, which are in the results of their steps too, of runs that are gone, or ended long ago and can't be opened again.
delete from step_approvals w
where w.ctid in (
  select o.ctid
  from step_approvals o
  left join workflow_runs r on r.tenant_id = o.tenant_id and r.workflow_run_id = overlay(o.job_id::text placing '000000' from 31)::uuid
  where r.workflow_run_id is null or r.status in ('success', 'cancelled') and r.finished_at < clock_timestamp() - @age
  limit @batch
  for update of o skip locked)
