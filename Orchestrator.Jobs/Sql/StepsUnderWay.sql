-- Addresses of a run's steps that count as under way.
select q.step_id from job_queue q
where q.tenant_id = $1 and q.workflow_run_id = $2 and q.has_place is not null and q.has_place
  and q.status in ('waiting', 'queued', 'leased', 'running', 'failed')
order by q.job_id
limit 20
