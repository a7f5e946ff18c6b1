-- The locks of attempts under way are held for as long again; one that has expired is not.
update autonomous_execution_locks l
set expires_at = clock_timestamp() + $4
from unnest($1::text[], $2::text[], $3::bigint[]) as w (tenant_id, lock_key, fencing_token)
where l.tenant_id = w.tenant_id and l.lock_key = w.lock_key and l.fencing_token = w.fencing_token and l.expires_at > clock_timestamp()
returning l.tenant_id, l.lock_key, l.fencing_token
