-- Gives the next agents their turn, so that @limit have one.
with busy as (
  select count(distinct agent_id) as agents
  from autonomous_executions
  where tenant_id = @tenant and job_id = @job and state in ('queued', 'started') and due_at is not null
)
update autonomous_executions e
set due_at = clock_timestamp()
where e.tenant_id = @tenant and e.job_id = @job and e.state = 'queued' and e.place = 1
  and e.id in (
    select w.id from autonomous_executions w
    where w.tenant_id = @tenant and w.job_id = @job and w.state in ('queued', 'started') and w.place = 1 and w.due_at is null
    order by w.agent_id
    limit (select greatest(0, @limit - agents) from busy))
