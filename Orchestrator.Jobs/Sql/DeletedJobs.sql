-- Open steps whose Hangfire job is deleted: by an operator, since our own statements do that only to steps that have ended.
-- Rare, so it looks at open runs only, once a minute.
select q.tenant_id, q.job_id
from workflow_runs r
cross join lateral (select s.tenant_id, s.job_id, s.hangfire_job_id
                    from job_queue s
                    where s.tenant_id = r.tenant_id and s.job_id > r.workflow_run_id
                      and s.job_id <= overlay(r.workflow_run_id::text placing 'ffffff' from 31)::uuid
                      and (s.status in ('queued', 'leased', 'running', 'failed') or s.next_run_at is not null or s.phase = 'held' and s.status = 'waiting')
                    offset 0) q
join hangfire.job j on j.id = q.hangfire_job_id
where r.status in ('pending', 'running', 'paused') and j.statename = 'Deleted'
limit 1000
