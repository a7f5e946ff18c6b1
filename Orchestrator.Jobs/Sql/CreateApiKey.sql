-- A new key: its hash, and what people know it by.
insert into api_keys (tenant_id, api_key_id, name, role, prefix, key_sha256, created_by, expires_at)
values (@Tenant, @id, @Name, @role, @prefix, @sha, @CreatedBy, @ExpiresAt)
returning tenant_id as "TenantId", api_key_id as "ApiKeyId", name as "Name", role as "Role", prefix as "Prefix",
       created_at as "CreatedAt", created_by as "CreatedBy", last_used_at as "LastUsedAt", expires_at as "ExpiresAt",
       revoked_at as "RevokedAt"
