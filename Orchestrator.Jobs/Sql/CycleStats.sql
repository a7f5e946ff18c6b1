-- Seed 000's numbers of a cycle.
select count(*) as "TotalEvaluations", count(*) filter (where evaluation_status = 'completed') as "CompletedEvaluations",
  count(*) filter (where evaluation_status = 'error') as "FailedEvaluations",
  count(*) filter (where jsonb_array_length(workflows_eligible) > 0) as "AgentsWithWorkflows"
from autonomous_agent_evaluations
where tenant_id = @tenant and job_id = @job
