-- Evaluations of cycles that ended long ago. The cycles, and what they have started, stay.
delete from autonomous_agent_evaluations
where (tenant_id, id) in (
  select e.tenant_id, e.id
  from autonomous_jobs j
  cross join lateral (
    select tenant_id, id from autonomous_agent_evaluations where tenant_id = j.tenant_id and job_id = j.id limit @batch) as e
  where j.completed_at < now() - @age
  limit @batch)
