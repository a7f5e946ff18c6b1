select exists (
  select from autonomous_agent_evaluations where tenant_id = @tenant and job_id = @job and evaluation_status = 'pending')
