-- Every block of one locked run, with what its owner has come to.
select b.job_id, b.iteration, b.open_steps, b.is_open, b.dead_step,
       p.opened, p.ended, p.succeeded, p.failed_step, p.wake_ended, p.wake_succeeded, p.wake_on_failure,
       (p.data -> 'undone')::text, case when p.data ? 'undone' then (p.data ->> 'before')::int end
from step_blocks b
join step_progress p using (tenant_id, job_id)
where b.tenant_id = $1 and b.job_id > $2 and b.job_id <= $3
