-- Renews leases that their worker still holds and that are half over; a step taken back meanwhile is not touched.
update job_queue q
set lease_until = clock_timestamp() + $1::interval
from unnest($2::text[], $3::uuid[], $4::int[]) as w (tenant_id, job_id, worker)
where q.tenant_id = w.tenant_id and q.job_id = w.job_id and q.lease_owner = w.worker
  and q.status = 'running' and q.lease_until < clock_timestamp() + $1::interval / 2
