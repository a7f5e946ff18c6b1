-- Of each body that a step has opened the newest block.
select w.tenant_id, w.job_id, w.body, b.first_job
from unnest($1::text[], $2::uuid[], $3::int[]) as w (tenant_id, job_id, body)
cross join lateral (
  select first_job from step_blocks b
  where b.tenant_id = w.tenant_id and b.job_id = w.job_id and b.body = w.body
  order by b.iteration desc
  limit 1) b
