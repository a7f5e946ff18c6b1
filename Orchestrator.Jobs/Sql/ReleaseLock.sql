delete from autonomous_execution_locks where tenant_id = @tenant and lock_key = @key and fencing_token = @token
