-- The workflows for which collected events are due.
select distinct tenant_id, workflow_key
from (select tenant_id, workflow_key from event_collections where due_at <= clock_timestamp() order by due_at limit $1) due
