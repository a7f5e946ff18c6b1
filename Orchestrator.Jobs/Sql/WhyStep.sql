-- Everything that may keep a step from running: its run, its row, its place in a line, who holds its lock, its newest failure,
-- its delivery and who serves the queue,
-- until when it may wait, and for which event, run or answer.
select r.status, d.error ->> 'message', r.workflow_key, r.workflow_version,
       q.job_id, q.status, q.waiting_for, q.next_run_at, q.attempts, q.definition_step, q.owners,
       w.kind, w.key, w.due_at,
       (select count(*)::int from step_waits o where o.tenant_id = w.tenant_id and o.kind = w.kind and o.key = w.key and o.place < w.place),
       l.locked_by, l.expires_at,
       (select a.error_text from job_attempts a where a.tenant_id = q.tenant_id and a.job_id = q.job_id and not a.success order by a.attempt desc limit 1),
       h.queue,
       own.id is not null and own.fetchedat is null,
       (select count(*)::int from hangfire.jobqueue o where o.queue = h.queue and o.fetchedat is null and o.id < own.id),
       exists (select from hangfire.server s where s.lastheartbeat > now() - interval '2 minutes' and s.data -> 'Queues' ? h.queue),
       (p.data ->> 'deadline')::timestamptz,
       p.data ->> 'event',
       (select c.workflow_run_id from workflow_runs c where c.tenant_id = q.tenant_id and c.parent_job_id = q.job_id and c.status in ('pending', 'running', 'paused') limit 1),
       a.prompt, a.approvers
from workflow_runs r
join workflow_run_data d using (tenant_id, workflow_run_id)
join job_queue q on q.tenant_id = r.tenant_id and q.job_id > r.workflow_run_id and q.job_id <= $3 and q.step_id = $4
cross join lateral (select orchestrator.hangfire_queue(q.queue, q.priority) as queue) h
left join step_waits w on w.tenant_id = q.tenant_id and w.job_id = q.job_id
left join autonomous_execution_locks l
  on w.kind = 'exclusive' and l.tenant_id = w.tenant_id and l.lock_key = w.key and l.expires_at > clock_timestamp()
left join hangfire.jobqueue own on own.jobid = q.hangfire_job_id
left join step_progress p on p.tenant_id = q.tenant_id and p.job_id = q.job_id
left join lateral (
  select s.prompt, s.approvers from step_approvals s
  where s.tenant_id = q.tenant_id and s.job_id = q.job_id and s.answered_at is null and s.closed_at is null
  order by s.asked_at desc limit 1
) a on q.waiting_for = 'approval'
where r.tenant_id = $1 and r.workflow_run_id = $2
order by q.job_id desc
limit 1
