-- A bucket as it is now, and how many steps wait for a token of it.
select b.rl_key, least(b.capacity, b.tokens + b.promised + r.refill, b.tokens + r.refill) as tokens, b.capacity, b.refill_rate, b.last_refill,
       (select count(*)::int from step_waits w where w.tenant_id = b.tenant_id and w.kind = 'rate_limit' and w.key = b.rl_key) as waiting
from rate_limits b
cross join lateral (select refill(b.refill_rate, b.last_refill, clock_timestamp()) as refill) r
where b.tenant_id = $1 and b.rl_key = $2
