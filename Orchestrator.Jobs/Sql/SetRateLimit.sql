-- An operator gives a bucket another size, or makes it, full. What has come by then stays, as far as it fits in.
insert into rate_limits as b (tenant_id, rl_key, tokens, refill_rate, capacity)
values ($1, $2, $3, $4, $3)
on conflict (tenant_id, rl_key) do update
set tokens = least(excluded.capacity, b.tokens + refill(b.refill_rate, b.last_refill, clock_timestamp())),
    promised = greatest(0, least(excluded.capacity, b.capacity, b.tokens + b.promised + refill(b.refill_rate, b.last_refill, clock_timestamp()))
                           - least(excluded.capacity, b.tokens + refill(b.refill_rate, b.last_refill, clock_timestamp()))),
    last_refill = clock_timestamp(),
    refill_rate = excluded.refill_rate,
    capacity = excluded.capacity
