-- What steps wait for that were not admitted: the recorder has just put them back to waiting, in the same transaction, and
-- given back the number of an attempt that never took place.
update job_queue q
set waiting_for = p.waiting_for, started_at = case when q.attempts > 0 then q.started_at end
from unnest($1::text[], $2::uuid[], $3::text[]) as p (tenant_id, job_id, waiting_for)
where q.tenant_id = p.tenant_id and q.job_id = p.job_id and q.status = 'waiting'
