-- Fails locked runs whose time is over; attempts under way end by themselves and are still recorded.
-- Transition of the run: fail (pending, running)
with failed as (
  update workflow_runs r
  set status = 'failed', finished_at = clock_timestamp(), revision = r.revision + 1
  from unnest($1::text[], $2::uuid[]) as w (tenant_id, workflow_run_id)
  where r.tenant_id = w.tenant_id and r.workflow_run_id = w.workflow_run_id
    and r.status in ('pending', 'running') and r.deadline_at < clock_timestamp()
  returning r.tenant_id, r.workflow_run_id, r.timeout_ms
), data as (
  update workflow_run_data d
  set error = jsonb_build_object(
    'message', format('The run was not done within %s ms (config.timeout_ms).', f.timeout_ms),
    'step_id', null, 'timestamp', orchestrator.hangfire_time(clock_timestamp()), 'attempts', 0)
  from failed f
  where d.tenant_id = f.tenant_id and d.workflow_run_id = f.workflow_run_id
)
select tenant_id, workflow_run_id from failed
