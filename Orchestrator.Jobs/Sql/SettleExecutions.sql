-- Takes note of runs that have ended: what comes next of the same agent gets its time, and a successful run writes the
-- agent event that its workflow names.
with ended as (
  update autonomous_executions e
  set state = 'ended'
  from workflow_runs r
  where e.tenant_id = @tenant and e.job_id = @job and e.state = 'started' and e.due_at is not null
    and r.tenant_id = e.tenant_id and r.workflow_run_id = e.workflow_run_id and r.finished_at is not null
  returning e.id, e.agent_id, e.place, e.workflow_type, e.workflow_run_id, e.score, r.status = 'success' as is_success
), next as (
  update autonomous_executions n
  set due_at = clock_timestamp() + @minDelay + random() * (@maxDelay - @minDelay)
  from ended e
  where n.tenant_id = @tenant and n.job_id = @job and n.agent_id = e.agent_id and n.place = e.place + 1 and n.state = 'queued'
), noted as (
  insert into agent_events (tenant_id, agent_id, event_type, data, workflow_run_id)
  select @tenant, e.agent_id, t.event, jsonb_build_object('job_id', @job, 'workflow', e.workflow_type, 'score', e.score), e.workflow_run_id
  from ended e
  join unnest(@types, @events) as t (workflow_type, event) on t.workflow_type = e.workflow_type
  join agents a on a.tenant_id = @tenant and a.id = e.agent_id
  where e.is_success
)
select count(*)::int from ended
