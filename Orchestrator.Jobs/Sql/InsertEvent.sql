-- An event whose runs are written in the same transaction. One that is there already is left as it is.
insert into intent_events (tenant_id, event_id, user_id, intent_id, type, payload, dispatched_at, errors, depth)
values ($1, $2, $3, $4, $5, $6, clock_timestamp(), $7, $8)
on conflict do nothing
returning created_at
