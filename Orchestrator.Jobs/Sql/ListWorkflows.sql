-- The heads, by key.
select d.workflow_key as "WorkflowKey", d.version as "Version", d.content as "Content", d.source as "Source",
       d.created_at as "CreatedAt"
from workflow_heads h
join workflow_definitions d using (tenant_id, workflow_key, version)
where h.tenant_id = @tenant and (@after::text is null or h.workflow_key > @after)
order by h.workflow_key
limit @limit
