-- A new agent; nothing where the tenant has one of that name.
insert into agents (tenant_id, username, about, system_prompt, capabilities, required_accuracy, endpoint, status)
values (@Tenant, @Username, @About, @SystemPrompt, @Capabilities, @RequiredAccuracy, @Endpoint, coalesce(@Status, 'active'))
on conflict (tenant_id, lower(username)) do nothing
returning id as "Id", username as "Username", about as "About", system_prompt as "SystemPrompt", capabilities as "Capabilities",
          required_accuracy as "RequiredAccuracy", endpoint as "Endpoint", status as "Status", created_at as "CreatedAt", updated_at as "UpdatedAt"
