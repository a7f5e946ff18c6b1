-- Blocks of locked runs, with what their owners have come to. Looked up one by one: a plan that was made for few rows would
-- else read all blocks of an owner for each of them.
select w.tenant_id, w.job_id, w.iteration, b.open_steps, b.is_open, b.dead_step,
       p.opened, p.ended, p.succeeded, p.failed_step, p.wake_ended, p.wake_succeeded, p.wake_on_failure
from unnest($1::text[], $2::uuid[], $3::int[]) as w (tenant_id, job_id, iteration)
cross join lateral (
  select b.open_steps, b.is_open, b.dead_step
  from step_blocks b
  where b.tenant_id = w.tenant_id and b.job_id = w.job_id and b.iteration = w.iteration
  limit 1) b
cross join lateral (
  select p.opened, p.ended, p.succeeded, p.failed_step, p.wake_ended, p.wake_succeeded, p.wake_on_failure
  from step_progress p
  where p.tenant_id = w.tenant_id and p.job_id = w.job_id
  limit 1) p
