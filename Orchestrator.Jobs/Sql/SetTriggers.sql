-- The event types that a workflow waits for, if the version that was just stored is its head.
with gone as (
  delete from workflow_triggers t
  where t.tenant_id = @tenant and t.workflow_key = @key and t.event_type <> all (@types)
    and exists (select from workflow_heads h where h.tenant_id = @tenant and h.workflow_key = @key and h.version = @version)
)
insert into workflow_triggers (tenant_id, event_type, workflow_key)
select h.tenant_id, t.event_type, h.workflow_key
from workflow_heads h, unnest(@types) as t (event_type)
where h.tenant_id = @tenant and h.workflow_key = @key and h.version = @version
on conflict do nothing
