-- Steps that are open in a step's blocks.
select q.step_id, q.status
from step_blocks b
join job_queue q on q.tenant_id = b.tenant_id and q.job_id between b.first_job and b.last_job
where b.tenant_id = $1 and b.job_id = any($2) and b.is_open and q.finished_at is null
order by q.job_id
limit 20
