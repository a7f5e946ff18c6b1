-- Every step of one locked run.
select q.job_id, q.step_id, q.status, q.pending, q.present, q.definition_step, q.owners, q.phase, q.attempts,
       q.status = 'waiting' and coalesce(q.waiting_for, '') not in ('dependencies', 'max_parallel') as has_begun,
       -- a step that failed and is passed over has a result that says so
       q.status in ('skipped', 'dead') and exists (select from job_outputs o where o.tenant_id = q.tenant_id and o.job_id = q.job_id) as is_present,
       coalesce(q.has_place, false) as has_place
from job_queue q
where q.tenant_id = $1 and q.job_id > $2 and q.job_id <= $3
order by q.job_id
