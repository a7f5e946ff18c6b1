-- Every step of one locked run.
select q.job_id, q.step_id, q.status, q.pending, q.present
from job_queue q
where q.tenant_id = $1 and q.job_id > $2 and q.job_id <= $3
order by q.job_id
