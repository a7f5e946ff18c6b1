-- Agents, newest first.
select id as "Id", username as "Username", about as "About", system_prompt as "SystemPrompt", capabilities as "Capabilities",
       required_accuracy as "RequiredAccuracy", endpoint as "Endpoint", status as "Status", created_at as "CreatedAt", updated_at as "UpdatedAt"
from agents
where tenant_id = @Tenant and id < @Before
  and (@Status::text is null or status = @Status)
  and (@Words::text is null or strpos(lower(username || ' ' || about), @Words) > 0)
order by id desc
limit @Limit
