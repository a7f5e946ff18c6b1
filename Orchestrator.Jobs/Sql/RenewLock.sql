-- Makes the time of a lock longer, if it is still held under this token and has not expired.
update autonomous_execution_locks
set expires_at = clock_timestamp() + @ttl
where tenant_id = @tenant and lock_key = @key and fencing_token = @token and expires_at > clock_timestamp()
