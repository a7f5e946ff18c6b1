-- Locks that are held, by key.
select lock_key as "LockKey", locked_by as "LockedBy", fencing_token as "FencingToken", locked_at as "LockedAt", expires_at as "ExpiresAt",
       ceil(extract(epoch from expires_at - clock_timestamp()) * 1000)::bigint as "ExpiresInMs", metadata::text as "Metadata"
from autonomous_execution_locks
where tenant_id = @tenant and (@after::text is null or lock_key > @after) and expires_at > clock_timestamp()
order by lock_key
limit @limit
