-- The steps of locked runs that count as under way, all of them, and the first ($3) of those that could start and are held.
select q.tenant_id, q.job_id, q.status, q.attempts, q.lease_owner, q.pending, q.present, q.definition_step, q.owners,
       q.status = 'waiting' and coalesce(q.waiting_for, '') not in ('dependencies', 'max_parallel') as has_begun, q.has_place
from unnest($1::text[], $2::uuid[], $3::int[]) as w (tenant_id, workflow_run_id, held)
cross join lateral (
  (select p.* from job_queue p
   where p.tenant_id = w.tenant_id and p.workflow_run_id = w.workflow_run_id and p.has_place is not null and p.has_place
     and p.status in ('waiting', 'queued', 'leased', 'running', 'failed'))
  union all
  (select p.* from job_queue p
   where p.tenant_id = w.tenant_id and p.workflow_run_id = w.workflow_run_id and p.has_place is not null and not p.has_place
     and p.status = 'waiting'
   order by p.job_id
   limit w.held)
) q
