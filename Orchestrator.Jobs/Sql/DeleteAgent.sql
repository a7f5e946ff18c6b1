-- An agent with its events.
delete from agents where tenant_id = @tenant and id = @id
