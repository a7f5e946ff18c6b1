-- The stored contents of a workflow, newest first.
select d.version as "Version", d.source as "Source", d.created_at as "CreatedAt", h.version is not null as "IsHead"
from workflow_definitions d
left join workflow_heads h using (tenant_id, workflow_key, version)
where d.tenant_id = @tenant and d.workflow_key = @key and d.version < @before
order by d.version desc
limit @limit
