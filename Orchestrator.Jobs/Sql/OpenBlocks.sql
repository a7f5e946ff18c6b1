-- Blocks that steps open, before they have any step.
insert into step_blocks (tenant_id, job_id, iteration, body, first_job, last_job, open_steps, is_open, dead_step)
select * from unnest($1::text[], $2::uuid[], $3::int[], $4::int[], $5::uuid[], $6::uuid[], $7::int[], $8::boolean[], $9::int[])
