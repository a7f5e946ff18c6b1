-- Why a collected event's workflow was not started, beside what is known of others.
update intent_events e
set errors = coalesce(e.errors, '[]') || w.error
from unnest($1::text[], $2::uuid[], $3::jsonb[]) as w (tenant_id, event_id, error)
where e.tenant_id = w.tenant_id and e.event_id = w.event_id
