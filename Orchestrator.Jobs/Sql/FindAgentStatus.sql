select status, created_at from agents where tenant_id = @tenant and id = @agent
