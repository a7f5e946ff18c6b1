-- No cycle looks at it any more; one that was retired before stays as it is.
update agents
set status = 'retired', updated_at = case status when 'retired' then updated_at else clock_timestamp() end
where tenant_id = @tenant and id = @id
returning id as "Id", username as "Username", about as "About", system_prompt as "SystemPrompt", capabilities as "Capabilities",
          required_accuracy as "RequiredAccuracy", endpoint as "Endpoint", status as "Status", created_at as "CreatedAt", updated_at as "UpdatedAt"
