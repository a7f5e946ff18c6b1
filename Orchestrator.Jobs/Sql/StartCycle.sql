-- A cycle, unless one is open or this trigger has started one before. Its lock is taken by whoever carries it out.
insert into autonomous_jobs (tenant_id, job_type, priority, trigger_key, workflows, metadata)
values (@tenant, @type, @priority, @trigger, @workflows::jsonb, @metadata::jsonb)
on conflict do nothing
returning id
