-- Runs with steps whose lease has run out or whose worker is gone: to be locked before the steps are taken back.
select distinct q.tenant_id, q.workflow_run_id
from job_queue q
where q.lease_owner is not null
  and (q.lease_until < clock_timestamp() or not exists (select from workers w where w.worker_id = q.lease_owner))
