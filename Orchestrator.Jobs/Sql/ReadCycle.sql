select id as "Id", job_type as "JobType", status as "Status", phase as "Phase", priority as "Priority",
  scheduled_at as "ScheduledAt", started_at as "StartedAt", completed_at as "CompletedAt",
  total_agents_processed as "TotalAgentsProcessed", total_workflows_evaluated as "TotalWorkflowsEvaluated",
  total_workflows_executed as "TotalWorkflowsExecuted", execution_time_ms as "ExecutionTimeMs",
  error_message as "ErrorMessage", metadata::text as "Metadata", workflows::text as "Workflows",
  created_at as "CreatedAt", updated_at as "UpdatedAt"
from autonomous_jobs
where tenant_id = @tenant and id = @job
