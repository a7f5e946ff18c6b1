-- Pauses locked runs: nothing of them is claimed or promoted, and their timers stand still, since all of these ask for a
-- run that goes on, and ResumeRuns.sql moves what was due later. Hangfire's own timers are taken away until then.
-- $4: the line in the log; $5: what the log keeps besides.
-- Transition of the run: pause (pending, running)
with asked as (
  select * from unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, workflow_run_id, last_job_id)
), run as (
  update workflow_runs r
  set status = 'paused', revision = r.revision + 1, paused_at = clock_timestamp()
  from asked a
  where r.tenant_id = a.tenant_id and r.workflow_run_id = a.workflow_run_id and r.status in ('pending', 'running')
  returning r.tenant_id, r.workflow_run_id, a.last_job_id
), log as (
  insert into workflow_logs (tenant_id, workflow_run_id, message, data) select tenant_id, workflow_run_id, $4, $5::jsonb from run
), unscheduled as (
  delete from hangfire.set h
  using run r
  join job_queue q on q.tenant_id = r.tenant_id and q.job_id > r.workflow_run_id and q.job_id <= r.last_job_id
  where q.next_run_at is not null and h.key = 'schedule' and h.value = q.hangfire_job_id::text
)
select workflow_run_id, null::text as queue from run
