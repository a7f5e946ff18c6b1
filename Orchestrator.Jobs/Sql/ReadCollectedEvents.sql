-- Events by their ids, oldest first.
select tenant_id, event_id, user_id, intent_id, type, payload::text, created_at, depth
from intent_events
join unnest($1::text[], $2::uuid[]) as w (tenant_id, event_id) using (tenant_id, event_id)
order by created_at, event_id
