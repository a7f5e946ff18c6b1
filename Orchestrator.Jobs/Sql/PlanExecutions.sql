-- What the next agents are to start, in the order of their evaluation; the answer is the last agent looked at.
with page as materialized (
  select id, agent_id, evaluation_status, workflows_eligible
  from autonomous_agent_evaluations
  where tenant_id = @tenant and job_id = @job and agent_id > @after
  order by agent_id
  limit @limit
), planned as (
  insert into autonomous_executions (tenant_id, job_id, agent_evaluation_id, agent_id, workflow_type, place, score, threshold)
  select @tenant, @job, p.id, p.agent_id, w.value ->> 'type', w.place,
    (w.value ->> 'score')::double precision, (w.value ->> 'threshold')::double precision
  from page p
  cross join lateral jsonb_array_elements(p.workflows_eligible) with ordinality as w (value, place)
  where p.evaluation_status = 'completed'
)
select max(agent_id) from page
