-- Of the steps that a worker is busy with, those that it is to stop: they have ended without it, or an operator has
-- deleted the Hangfire job.
select q.tenant_id, q.job_id, q.status in ('success', 'dead', 'skipped', 'cancelled') as has_ended
from unnest($1::text[], $2::uuid[]) as w (tenant_id, job_id)
join job_queue q using (tenant_id, job_id)
where q.status in ('success', 'dead', 'skipped', 'cancelled')
   or exists (select from hangfire.job j where j.id = q.hangfire_job_id and j.statename = 'Deleted')
