-- Callers take so many tokens each ($3), or none at all where there are too few: nothing is promised to them. In the order
-- of asking; what steps were promised is not theirs. Size ($4, $5) null: as the bucket is. Database time alone decides,
-- read under the bucket's lock. An ask whose bucket is not there has no answer.
with ask as materialized (
  select * from unnest($1::text[], $2::text[], $3::double precision[], $4::double precision[], $5::double precision[])
    with ordinality as a (tenant_id, rl_key, wanted, capacity, refill_rate, n)
), locked as materialized (
  select b.* from rate_limits b
  where (b.tenant_id, b.rl_key) in (select tenant_id, rl_key from ask)
  order by b.tenant_id, b.rl_key
  for no key update
), clocked as materialized (
  select l.*, clock_timestamp() as now from locked l
), wish as (
  select distinct on (tenant_id, rl_key) tenant_id, rl_key, capacity, refill_rate
  from ask order by tenant_id, rl_key, refill_rate is null, n desc
), sized as (
  select c.*, coalesce(w.capacity, c.asked_capacity) as wish_capacity, coalesce(w.refill_rate, c.asked_rate) as wish_rate,
         c.tokens + refill(c.refill_rate, c.last_refill, c.now) as filled,
         w.refill_rate is not null and c.asked_rate is not null
           and (c.asked_capacity, c.asked_rate) is distinct from (w.capacity, w.refill_rate) as is_resized
  from clocked c join wish w using (tenant_id, rl_key)
), unclipped as (
  select tenant_id, rl_key, now, filled, promised, wish_capacity, wish_rate, is_resized,
         case when is_resized then wish_capacity else capacity end as capacity,
         case when is_resized then wish_rate else refill_rate end as rate
  from sized
), bucket as materialized (
  select tenant_id, rl_key, now, capacity, rate, wish_capacity, wish_rate, is_resized,
         least(capacity, filled + promised) as unspent, least(capacity, filled, filled + promised) as tokens
  from unclipped
), line as (
  select a.*, b.tokens, b.rate, b.capacity as size, b.is_resized,
         sum(a.wanted) over (partition by a.tenant_id, a.rl_key order by a.n) as upto
  from ask a join bucket b using (tenant_id, rl_key)
), answer as materialized (
  select l.*, upto <= tokens + 1e-6 as allowed from line l
), granted as (
  select tenant_id, rl_key, sum(wanted) as tokens from answer where allowed group by 1, 2
), taken as (
  update rate_limits r
  set tokens = b.tokens - coalesce(g.tokens, 0),
      promised = greatest(0, b.unspent - b.tokens),
      last_refill = greatest(b.now, r.last_refill),
      refill_rate = b.rate,
      capacity = b.capacity,
      asked_capacity = b.wish_capacity,
      asked_rate = b.wish_rate
  from bucket b
  left join granted g using (tenant_id, rl_key)
  where r.tenant_id = b.tenant_id and r.rl_key = b.rl_key
    -- nothing is written where nothing is taken
    and (g.tokens > 0 or b.is_resized or b.wish_rate is distinct from r.asked_rate)
)
select a.n::int, a.allowed, a.tokens - coalesce(case when a.allowed then a.upto else g.tokens end, 0) as tokens,
       case when a.allowed then 0 else (a.upto - a.tokens) / a.rate * 1000 end as retry_after_ms,
       a.size, a.is_resized
from answer a left join granted g using (tenant_id, rl_key)
order by a.n
