-- An active agent that has all of these capabilities: of several, each run has its own, which stays the same while they do.
select id as "Id", username as "Username", about as "About", system_prompt as "SystemPrompt", capabilities as "Capabilities",
       required_accuracy as "RequiredAccuracy", endpoint as "Endpoint", status as "Status", created_at as "CreatedAt", updated_at as "UpdatedAt"
from agents
where tenant_id = @tenant and status = 'active' and capabilities @> @capabilities::text[]
order by md5(id || ':' || @run::text)
limit 1
