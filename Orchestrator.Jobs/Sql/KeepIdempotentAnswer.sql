-- The answer to a request, if the key is still its own.
update idempotent_answers set status = @status, content_type = @contentType, body = @body
where tenant_id = @tenant and scope = @scope and key = @key and owner = @owner and status is null
