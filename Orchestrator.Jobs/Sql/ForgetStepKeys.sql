-- Keys under which steps have started other runs, where the step's own run is gone, or has ended and can't be opened again:
-- until then an attempt, however late, finds by its key the run that one before it has started.
delete from idempotency_keys w
where w.ctid = any(array(
  select o.ctid
  from idempotency_keys o
  left join workflow_runs c on c.tenant_id = o.tenant_id and c.workflow_run_id = o.workflow_run_id
  left join workflow_runs r on r.tenant_id = c.tenant_id and r.workflow_run_id = c.parent_run_id
  where o.created_at < clock_timestamp() - @age and o.scope = 'step'
    and (r.workflow_run_id is null or r.status in ('success', 'cancelled') and r.finished_at < clock_timestamp() - @age)
  limit @batch
  for update of o skip locked))
