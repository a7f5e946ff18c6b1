-- How many items a step has.
select coalesce(max(position) + 1, 0) from step_items where tenant_id = @Tenant and job_id = @Job
