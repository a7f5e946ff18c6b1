-- One event.
select event_id as "EventId", user_id as "UserId", intent_id as "IntentId", type as "Type", payload::text as "Payload",
       created_at as "CreatedAt", dispatched_at as "DispatchedAt", errors::text as "Errors"
from intent_events
where tenant_id = @tenant and event_id = @id
