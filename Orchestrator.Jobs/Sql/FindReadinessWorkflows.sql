-- The workflows that a cycle scores, each with the version that a dispatch takes.
select h.workflow_key, h.version
from workflow_heads h
join workflow_definitions d on d.tenant_id = h.tenant_id and d.workflow_key = h.workflow_key and d.version = h.version
where h.tenant_id = @tenant and d.has_readiness
order by h.workflow_key
