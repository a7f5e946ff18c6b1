-- Events, newest first.
select event_id as "EventId", user_id as "UserId", intent_id as "IntentId", type as "Type", payload::text as "Payload",
       created_at as "CreatedAt", dispatched_at as "DispatchedAt", errors::text as "Errors"
from intent_events
where tenant_id = @Tenant
  and (@Type::text is null or type = @Type)
  and (@UserId::text is null or user_id = @UserId)
  and (@IntentId::text is null or intent_id = @IntentId)
  and (@Before::uuid is null
       or (created_at, event_id) < (select b.created_at, b.event_id from intent_events b where b.tenant_id = @Tenant and b.event_id = @Before))
order by created_at desc, event_id desc
limit @Limit
