-- What has become of blocks.
update step_blocks b
set open_steps = w.open_steps, is_open = w.is_open, dead_step = w.dead_step
from unnest($1::text[], $2::uuid[], $3::int[], $4::int[], $5::boolean[], $6::int[])
  as w (tenant_id, job_id, iteration, open_steps, is_open, dead_step)
where b.tenant_id = w.tenant_id and b.job_id = w.job_id and b.iteration = w.iteration
