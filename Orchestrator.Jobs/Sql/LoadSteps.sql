-- States, results and responses of steps that an expression reads.
select q.tenant_id, q.job_id, q.status, q.attempts, o.output::text, o.response::text
from unnest($1::text[], $2::uuid[]) as w (tenant_id, job_id)
join job_queue q using (tenant_id, job_id)
left join job_outputs o using (tenant_id, job_id)
