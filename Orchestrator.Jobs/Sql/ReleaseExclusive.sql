-- Attempts that are over give their locks back: they expire at once; one that is another's by now stays. Who waits is woken
-- after it, by a statement that sees who came to stand in line meanwhile.
update autonomous_execution_locks l
set expires_at = clock_timestamp()
from unnest($1::text[], $2::text[], $3::bigint[]) as w (tenant_id, lock_key, fencing_token)
where l.tenant_id = w.tenant_id and l.lock_key = w.lock_key and l.fencing_token = w.fencing_token and l.expires_at > clock_timestamp()
