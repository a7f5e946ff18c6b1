select e.agent_id as "AgentId", a.username as "Username", coalesce(a.status, 'gone') as "AgentStatus",
  e.evaluation_status as "EvaluationStatus", e.last_activity_count as "LastActivityCount",
  e.activity_freshness_hours as "ActivityFreshnessHours", e.activity_freshness as "ActivityFreshness",
  e.agent_online_probability as "AgentOnlineProbability", e.overall_readiness_score as "OverallReadinessScore",
  e.workflows::text as "Workflows", e.error_message as "ErrorMessage", e.evaluation_time_ms as "EvaluationTimeMs",
  e.evaluated_at as "EvaluatedAt"
from autonomous_agent_evaluations e
left join agents a on a.tenant_id = e.tenant_id and a.id = e.agent_id
where e.tenant_id = @tenant and e.job_id = @job and e.agent_id = @agent
