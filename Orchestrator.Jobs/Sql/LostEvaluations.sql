-- Evaluations that no Hangfire job will make any more: it was deleted, or has failed.
select e.agent_id
from autonomous_agent_evaluations e
where e.tenant_id = @tenant and e.job_id = @job and e.evaluation_status = 'pending'
  and not exists (select from hangfire.jobqueue q where q.jobid = e.hangfire_job_id)
order by e.agent_id
limit @limit
