-- The run that an earlier request under the key made.
select workflow_run_id, request_sha256
from idempotency_keys
where tenant_id = $1 and scope = $2 and key = $3
