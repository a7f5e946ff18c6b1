-- Buckets that have long been full and are as the steps ask for them: one that is made anew is the same.
delete from rate_limits
where (tenant_id, rl_key) in (
  select b.tenant_id, b.rl_key from rate_limits b
  where b.last_refill < clock_timestamp() - @age
    and b.tokens + refill(b.refill_rate, b.last_refill, clock_timestamp()) >= b.capacity
    and b.capacity = b.asked_capacity and b.refill_rate = b.asked_rate
    and not exists (select from step_waits w where w.tenant_id = b.tenant_id and w.kind = 'rate_limit' and w.key = b.rl_key)
  limit @batch
  for update skip locked)
