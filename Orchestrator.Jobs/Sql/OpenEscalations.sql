-- An alert for each step that waits for a decision from now on. $7: it is the one that has paused its run.
insert into alerts (tenant_id, alert_id, workflow_run_id, job_id, step_id, severity, type, message, data, has_paused)
select tenant_id, gen_random_uuid(), workflow_run_id, job_id, step_id, 'critical', 'escalation', message, data, has_paused
from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::boolean[])
  as s (tenant_id, workflow_run_id, job_id, step_id, message, data, has_paused)
