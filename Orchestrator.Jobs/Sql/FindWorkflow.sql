-- One stored content.
select workflow_key as "WorkflowKey", version as "Version", content as "Content", source as "Source", created_at as "CreatedAt",
       templates::text as "Templates"
from workflow_definitions
where tenant_id = @tenant and workflow_key = @key and version = @version
