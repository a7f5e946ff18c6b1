-- The oldest events that nobody has dispatched; locked, so that of several services each takes others.
select tenant_id, event_id, user_id, intent_id, type, payload::text, created_at, depth
from intent_events
where dispatched_at is null
order by created_at
limit $1
for no key update skip locked
