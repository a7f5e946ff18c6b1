select x.place as "Place", x.state as "State", x.due_at as "DueAt", v.execution_status as "ExecutionStatus",
  v.error_message as "ErrorMessage", x.workflow_run_id as "WorkflowRunId", v.started_at as "StartedAt",
  v.completed_at as "CompletedAt",
  (select count(distinct o.agent_id) from autonomous_executions o
   where o.tenant_id = x.tenant_id and o.job_id = x.job_id and o.state in ('queued', 'started') and o.agent_id < x.agent_id) as "AgentsBefore"
from autonomous_executions x
join autonomous_workflow_executions v on v.tenant_id = x.tenant_id and v.id = x.id
where x.tenant_id = @tenant and x.job_id = @job and x.agent_id = @agent and x.workflow_type = @workflow
