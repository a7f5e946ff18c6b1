-- Items that steps work on.
select i.tenant_id, i.job_id, i.position, i.item::text
from unnest($1::text[], $2::uuid[], $3::int[]) as w (tenant_id, job_id, position)
join step_items i using (tenant_id, job_id, position)
