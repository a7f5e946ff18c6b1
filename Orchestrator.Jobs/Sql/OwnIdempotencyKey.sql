-- Takes a key for a request. Taken over is the key of a request that gave no answer in its time: all writes are safe to
-- repeat. No row: somebody else has it.
insert into idempotent_answers (tenant_id, scope, key, request_sha256, owner, owned_until)
values (@tenant, @scope, @key, @sha, @owner, clock_timestamp() + @patience)
on conflict (tenant_id, scope, key) do update
  set owner = excluded.owner, owned_until = excluded.owned_until
  where idempotent_answers.status is null and idempotent_answers.owned_until < clock_timestamp()
    and idempotent_answers.request_sha256 = excluded.request_sha256
returning owner
