-- They are not started, and what comes next of the same agent may be, at once.
with skipped as (
  update autonomous_executions e
  set state = 'skipped', reason = t.reason
  from unnest(@ids, @reasons) as t (id, reason)
  where e.tenant_id = @tenant and e.id = t.id
  returning e.job_id, e.agent_id, e.place
)
update autonomous_executions n
set due_at = clock_timestamp()
from skipped s
where n.tenant_id = @tenant and n.job_id = s.job_id and n.agent_id = s.agent_id and n.place = s.place + 1 and n.state = 'queued'
