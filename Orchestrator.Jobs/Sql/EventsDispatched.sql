-- Events whose runs are written in this transaction.
update intent_events e
set dispatched_at = clock_timestamp(), errors = w.errors
from unnest($1::text[], $2::uuid[], $3::jsonb[]) as w (tenant_id, event_id, errors)
where e.tenant_id = w.tenant_id and e.event_id = w.event_id
