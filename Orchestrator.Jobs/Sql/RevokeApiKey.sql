-- Ends keys, by id or prefix; the time of the first revocation stays.
update api_keys set revoked_at = coalesce(revoked_at, clock_timestamp())
where tenant_id = @tenant and (api_key_id = @id::uuid or prefix = @prefix::text)
returning tenant_id as "TenantId", api_key_id as "ApiKeyId", name as "Name", role as "Role", prefix as "Prefix",
       created_at as "CreatedAt", created_by as "CreatedBy", last_used_at as "LastUsedAt", expires_at as "ExpiresAt",
       revoked_at as "RevokedAt"
