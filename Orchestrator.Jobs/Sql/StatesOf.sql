-- Where these steps of a run stand.
select q.step_id, q.status from job_queue q where q.tenant_id = $1 and q.job_id = any($2) order by q.job_id
