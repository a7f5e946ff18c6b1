-- Open runs whose end nobody waits for any more: the step that does has ended.
select r.tenant_id, r.workflow_run_id
from workflow_runs r
join job_queue q on q.tenant_id = r.tenant_id and q.job_id = r.parent_job_id
where r.parent_job_id is not null and r.status in ('pending', 'running', 'paused')
  and q.status in ('success', 'skipped', 'cancelled', 'dead')
order by r.workflow_run_id
limit 500
