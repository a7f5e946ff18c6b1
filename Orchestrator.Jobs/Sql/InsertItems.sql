-- The items of lists that steps go through.
insert into step_items (tenant_id, job_id, position, item)
select * from unnest($1::text[], $2::uuid[], $3::int[], $4::jsonb[])
on conflict do nothing
