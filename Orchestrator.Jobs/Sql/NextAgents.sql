-- The next agents that have no evaluation in this cycle.
select id from agents
where tenant_id = @tenant and id > @after and status = 'active'
order by id
limit @limit
