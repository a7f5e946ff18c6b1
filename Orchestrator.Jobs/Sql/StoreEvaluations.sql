-- Evaluations of one moment; one that is there already stays as it is.
update autonomous_agent_evaluations e
set evaluation_status = t.status,
    last_activity_count = t.activity,
    activity_freshness_hours = t.hours,
    activity_freshness = t.freshness,
    agent_online_probability = t.online,
    overall_readiness_score = t.readiness,
    workflows_eligible = t.eligible::jsonb,
    workflows = t.workflows::jsonb,
    error_message = t.error,
    evaluation_time_ms = t.took,
    evaluated_at = clock_timestamp()
from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::double precision[], $7::double precision[],
  $8::double precision[], $9::double precision[], $10::text[], $11::text[], $12::text[], $13::double precision[])
  as t (tenant_id, job_id, agent_id, status, activity, hours, freshness, online, readiness, eligible, workflows, error, took)
where e.tenant_id = t.tenant_id and e.job_id = t.job_id and e.agent_id = t.agent_id and e.evaluation_status = 'pending'
