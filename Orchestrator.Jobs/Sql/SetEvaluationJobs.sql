update autonomous_agent_evaluations e
set hangfire_job_id = t.hangfire_job_id
from unnest(@agents, @hangfireJobs) as t (agent_id, hangfire_job_id)
where e.tenant_id = @tenant and e.job_id = @job and e.agent_id = t.agent_id and e.evaluation_status = 'pending'
