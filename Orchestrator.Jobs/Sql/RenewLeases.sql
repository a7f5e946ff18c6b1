-- Renews leases that this worker still holds and that are half over; a step taken back meanwhile is not touched.
update job_queue q
set lease_until = clock_timestamp() + $1::interval
from unnest($2::uuid[]) as w (job_id)
where q.job_id = w.job_id and q.lease_owner = $3 and q.status = 'running' and q.lease_until < clock_timestamp() + $1::interval / 2
