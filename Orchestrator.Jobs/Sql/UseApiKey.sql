-- The valid key of a hash. That it was used is written once a minute: reading is the rule, writing the exception.
with found as (
  select * from api_keys
  where key_sha256 = @sha and revoked_at is null and (expires_at is null or expires_at > clock_timestamp())
), noted as (
  update api_keys k set last_used_at = clock_timestamp()
  from found f
  where k.tenant_id = f.tenant_id and k.api_key_id = f.api_key_id
    and (k.last_used_at is null or k.last_used_at < clock_timestamp() - interval '1 minute')
)
select tenant_id as "TenantId", api_key_id as "ApiKeyId", name as "Name", role as "Role", prefix as "Prefix",
       created_at as "CreatedAt", created_by as "CreatedBy", last_used_at as "LastUsedAt", expires_at as "ExpiresAt",
       revoked_at as "RevokedAt"
from found
