-- Which step took an event or a signal of runs that are gone, or ended long ago and can't be opened again.
delete from taken_events w
where w.ctid in (
  select o.ctid
  from taken_events o
  left join workflow_runs r on r.tenant_id = o.tenant_id and r.workflow_run_id = o.workflow_run_id
  where r.workflow_run_id is null or r.status in ('success', 'cancelled') and r.finished_at < clock_timestamp() - @age
  limit @batch
  for update of o skip locked)
