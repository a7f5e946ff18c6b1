-- What an earlier request under the key asked for, and its answer if there is one.
select request_sha256 as "RequestSha256", status as "Status", content_type as "ContentType", body as "Body"
from idempotent_answers
where tenant_id = @tenant and scope = @scope and key = @key
