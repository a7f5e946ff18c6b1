-- Gives a key back whose request has no answer that is kept: the next one under it is carried out.
delete from idempotent_answers
where tenant_id = @tenant and scope = @scope and key = @key and owner = @owner and status is null
