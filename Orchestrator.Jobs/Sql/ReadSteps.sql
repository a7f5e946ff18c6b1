-- The local view of locked runs: the steps that ended and those that depend on them.
select q.tenant_id, q.job_id, q.status, q.attempts, q.lease_owner, q.pending, q.present,
       q.definition_step, q.owners, q.status = 'waiting' and coalesce(q.waiting_for, '') not in ('dependencies', 'max_parallel') as has_begun
from unnest($1::text[], $2::uuid[]) as w (tenant_id, job_id)
join job_queue q using (tenant_id, job_id)
