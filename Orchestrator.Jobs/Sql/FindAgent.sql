-- An agent.
select id as "Id", username as "Username", about as "About", system_prompt as "SystemPrompt", capabilities as "Capabilities",
       required_accuracy as "RequiredAccuracy", endpoint as "Endpoint", status as "Status", created_at as "CreatedAt", updated_at as "UpdatedAt"
from agents
where tenant_id = @tenant and id = @id
