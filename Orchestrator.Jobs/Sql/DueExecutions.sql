select e.id as "Id", e.agent_id as "AgentId", e.workflow_type as "WorkflowType", e.score as "Score", e.threshold as "Threshold",
  v.overall_readiness_score as "Readiness", a.username as "Username", a.about as "About", a.system_prompt as "SystemPrompt",
  a.capabilities as "Capabilities", coalesce(a.status, 'gone') as "AgentStatus"
from autonomous_executions e
join autonomous_agent_evaluations v on v.tenant_id = e.tenant_id and v.id = e.agent_evaluation_id
left join agents a on a.tenant_id = e.tenant_id and a.id = e.agent_id
where e.tenant_id = @tenant and e.job_id = @job and e.state = 'queued' and e.due_at <= clock_timestamp()
order by e.due_at, e.id
limit @limit
