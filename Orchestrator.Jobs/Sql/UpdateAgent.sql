-- An agent's new content; its status stays where none is given.
update agents
set username = @Username, about = @About, system_prompt = @SystemPrompt, capabilities = @Capabilities,
    required_accuracy = @RequiredAccuracy, endpoint = @Endpoint, status = coalesce(@Status, status), updated_at = clock_timestamp()
where tenant_id = @Tenant and id = @Id
returning id as "Id", username as "Username", about as "About", system_prompt as "SystemPrompt", capabilities as "Capabilities",
          required_accuracy as "RequiredAccuracy", endpoint as "Endpoint", status as "Status", created_at as "CreatedAt", updated_at as "UpdatedAt"
