-- Blocks of locked runs, with what their owners have come to.
select b.tenant_id, b.job_id, b.iteration, b.open_steps, b.is_open, b.dead_step,
       p.opened, p.ended, p.succeeded, p.failed_step, p.wake_ended, p.wake_succeeded, p.wake_on_failure
from unnest($1::text[], $2::uuid[], $3::int[]) as w (tenant_id, job_id, iteration)
join step_blocks b using (tenant_id, job_id, iteration)
join step_progress p using (tenant_id, job_id)
