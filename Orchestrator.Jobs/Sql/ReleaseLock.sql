-- Expires at once. The row stays for the clean-up: whoever waits for it draws the next token when it has come by.
update autonomous_execution_locks
set expires_at = clock_timestamp()
where tenant_id = @tenant and lock_key = @key and fencing_token = @token and expires_at > clock_timestamp()
