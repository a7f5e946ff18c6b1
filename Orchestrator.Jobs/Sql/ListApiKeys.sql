-- A tenant's keys, newest first: an id begins with its time.
select tenant_id as "TenantId", api_key_id as "ApiKeyId", name as "Name", role as "Role", prefix as "Prefix",
       created_at as "CreatedAt", created_by as "CreatedBy", last_used_at as "LastUsedAt", expires_at as "ExpiresAt",
       revoked_at as "RevokedAt"
from api_keys
where tenant_id = @tenant and api_key_id < coalesce(@before::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by api_key_id desc
limit @limit
