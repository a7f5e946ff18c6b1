-- Done, or given up for a reason; with what it has done.
update autonomous_jobs j
set status = case when @error::text is null then 'completed' else 'failed' end,
    phase = 'ended',
    completed_at = clock_timestamp(),
    updated_at = clock_timestamp(),
    execution_time_ms = extract(epoch from clock_timestamp() - coalesce(j.started_at, clock_timestamp())) * 1000,
    error_message = @error,
    total_agents_processed = v.agents,
    total_workflows_evaluated = v.workflows,
    total_workflows_executed = (
      select count(*) from autonomous_executions where tenant_id = @tenant and job_id = @job and state in ('started', 'ended'))
from (
  select count(*) as agents, coalesce(sum(jsonb_array_length(workflows)), 0) as workflows
  from autonomous_agent_evaluations
  where tenant_id = @tenant and job_id = @job and evaluation_status in ('completed', 'error')) as v
where j.tenant_id = @tenant and j.id = @job and j.status in ('pending', 'running')
