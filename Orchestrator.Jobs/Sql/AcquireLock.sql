-- Takes a lock that is free or expired, with a token later than all before it; who has it already keeps its token and gets
-- the longer time. No row: somebody else has it. Database time alone decides. The token of a lock that is taken over is
-- drawn when its row is held: one drawn before would be the lower one, where another was faster meanwhile.
insert into autonomous_execution_locks as held (tenant_id, lock_key, locked_by, fencing_token, expires_at, metadata)
values (@tenant, @key, @owner, nextval('lock_fencing_tokens'), clock_timestamp() + @ttl, @metadata::jsonb)
on conflict (tenant_id, lock_key) do update
set locked_by = excluded.locked_by,
    fencing_token = case when held.locked_by = excluded.locked_by and held.expires_at > clock_timestamp() then held.fencing_token else nextval('lock_fencing_tokens') end,
    locked_at = case when held.locked_by = excluded.locked_by and held.expires_at > clock_timestamp() then held.locked_at else clock_timestamp() end,
    expires_at = clock_timestamp() + @ttl,
    metadata = excluded.metadata
where held.locked_by = excluded.locked_by or held.expires_at <= clock_timestamp()
returning fencing_token
