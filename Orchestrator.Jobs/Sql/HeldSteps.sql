-- Of the attempts that a process is busy with, those that it is to stop, by their place in the question: they have ended
-- without it, or are another's by now; or an operator has deleted the Hangfire job.
select w.n::int - 1, not a.is_ours
from unnest($1::text[], $2::uuid[], $3::int[]) with ordinality as w (tenant_id, job_id, worker, n)
join job_queue q using (tenant_id, job_id)
cross join lateral (select coalesce(q.status = 'running' and q.lease_owner = w.worker, false) as is_ours) a
where not a.is_ours or exists (select from hangfire.job j where j.id = q.hangfire_job_id and j.statename = 'Deleted')
