-- Runs of which a snapshot is due, locked and with the time of their next one. One that somebody works on has its turn a
-- look later; of many services one takes it.
update workflow_runs r
set snapshot_at = clock_timestamp() + r.snapshot_ms * interval '1 ms'
from (select tenant_id, workflow_run_id
      from workflow_runs
      where snapshot_at <= clock_timestamp() and status = 'running'
      order by snapshot_at
      limit 100
      for no key update skip locked) w
where r.tenant_id = w.tenant_id and r.workflow_run_id = w.workflow_run_id
returning r.tenant_id, r.workflow_run_id
