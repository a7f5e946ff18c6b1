-- The run that an earlier request under the key made. Run in a caller's session too, whatever its search_path is.
select workflow_run_id, request_sha256
from orchestrator.idempotency_keys
where tenant_id = $1 and scope = $2 and key = $3
