-- The workflows that wait for events of these types, with the version that a dispatch takes.
select distinct t.tenant_id, t.event_type, t.workflow_key, h.version
from unnest($1::text[], $2::text[]) as e (tenant_id, event_type)
join workflow_triggers t using (tenant_id, event_type)
join workflow_heads h using (tenant_id, workflow_key)
order by t.workflow_key
