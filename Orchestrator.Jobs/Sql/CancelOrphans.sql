-- Cancels locked runs that a step waited for which has ended.
-- Transition of the run: cancel (pending, running, paused)
with cancelled as (
  update workflow_runs r
  set status = 'cancelled', finished_at = clock_timestamp(), revision = r.revision + 1
  from unnest($1::text[], $2::uuid[]) as w (tenant_id, workflow_run_id)
  where r.tenant_id = w.tenant_id and r.workflow_run_id = w.workflow_run_id and r.status in ('pending', 'running', 'paused')
  returning r.tenant_id, r.workflow_run_id
), data as (
  update workflow_run_data d
  set error = jsonb_build_object(
    'message', 'The step that waited for this run has ended before it.',
    'step_id', null, 'timestamp', orchestrator.hangfire_time(clock_timestamp()), 'attempts', 0)
  from cancelled c
  where d.tenant_id = c.tenant_id and d.workflow_run_id = c.workflow_run_id
)
select tenant_id, workflow_run_id from cancelled
