-- The cycle's row is its guard: one driver at a time goes a step, in any process. One that is paused in the middle of a
-- transaction loses it after half a minute, and another goes on.
with bounded as materialized (select set_config('idle_in_transaction_session_timeout', '30s', true))
select j.id as "Id", j.job_type as "JobType", j.status as "Status", j.phase as "Phase", j.cursor_agent_id as "CursorAgentId",
  j.fencing_token as "FencingToken", j.workflows::text as "Workflows"
from autonomous_jobs j, bounded
where j.tenant_id = @tenant and j.id = @job and j.status in ('pending', 'running')
for update of j skip locked
