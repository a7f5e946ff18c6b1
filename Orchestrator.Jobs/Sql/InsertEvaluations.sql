insert into autonomous_agent_evaluations (tenant_id, job_id, agent_id, hangfire_job_id)
select @tenant, @job, t.agent_id, t.hangfire_job_id
from unnest(@agents, @hangfireJobs) as t (agent_id, hangfire_job_id)
