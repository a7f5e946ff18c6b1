-- Steps ask for a token of their bucket, a batch in one statement. Who finds one goes. Who does not is promised the next
-- that is free, in the order of asking, and waits for it (step_waits): tokens go below zero. Who comes for what it was
-- promised goes without asking again, unless those that come late together would be a burst ($6: seconds by which they
-- may be ahead of the rate): then it stands in line once more. Database time alone decides, read under the bucket's lock.
-- An ask whose bucket is not there has no answer.
with ask as materialized (
  select a.*, w.due_at, w.place
  from unnest($1::text[], $2::uuid[], $3::text[], $4::double precision[], $5::double precision[])
    with ordinality as a (tenant_id, job_id, rl_key, capacity, refill_rate, n)
  left join step_waits w on w.tenant_id = a.tenant_id and w.job_id = a.job_id and w.kind = 'rate_limit' and w.key = a.rl_key
), locked as materialized (
  select b.* from rate_limits b
  where (b.tenant_id, b.rl_key) in (select tenant_id, rl_key from ask)
  order by b.tenant_id, b.rl_key
  for no key update
), clocked as materialized (
  select l.*, clock_timestamp() as now from locked l
), wish as (
  select distinct on (tenant_id, rl_key) tenant_id, rl_key, capacity, refill_rate from ask order by tenant_id, rl_key, n desc
), sized as (
  select c.*, w.capacity as wish_capacity, w.refill_rate as wish_rate, c.tokens + refill(c.refill_rate, c.last_refill, c.now) as filled,
         c.asked_rate is not null and (c.asked_capacity, c.asked_rate) is distinct from (w.capacity, w.refill_rate) as is_resized
  from clocked c join wish w using (tenant_id, rl_key)
), unclipped as (
  select tenant_id, rl_key, now, filled, promised, wish_capacity, wish_rate, is_resized,
         case when is_resized then wish_capacity else capacity end as capacity,
         case when is_resized then wish_rate else refill_rate end as rate
  from sized
), bucket as materialized (
  -- unspent: what has not been used by a start
  select tenant_id, rl_key, now, capacity, rate, wish_capacity, wish_rate, is_resized,
         least(capacity, filled + promised) as unspent, least(capacity, filled, filled + promised) as tokens
  from unclipped
), due as (
  select a.n, row_number() over (partition by a.tenant_id, a.rl_key order by a.place) <= b.unspent + $6 * b.rate as goes
  from ask a join bucket b using (tenant_id, rl_key)
  where a.due_at <= b.now
), started as (
  select a.tenant_id, a.rl_key, count(*) as count
  from ask a join due d using (n)
  where d.goes group by 1, 2
), line as (
  select a.*, b.now, b.rate, least(b.tokens, b.unspent - coalesce(s.count, 0)) as tokens,
         row_number() over (partition by a.tenant_id, a.rl_key order by a.due_at is null, a.place, a.n) as i
  from ask a
  join bucket b using (tenant_id, rl_key)
  left join started s using (tenant_id, rl_key)
  where a.due_at is null or a.due_at <= b.now and not exists (select from due d where d.n = a.n and d.goes)
), queued as materialized (
  select l.*, case when i <= tokens + 1e-6 then 0 else least((i - tokens) / rate, 315360000) end as seconds from line l
), summed as (
  select tenant_id, rl_key, count(*) as asked, count(*) filter (where seconds = 0) as went from queued group by 1, 2
), taken as (
  update rate_limits r
  set tokens = least(b.tokens, b.unspent - coalesce(s.count, 0)) - coalesce(q.asked, 0),
      promised = greatest(0, b.unspent - coalesce(s.count, 0) - coalesce(q.went, 0)
                             - (least(b.tokens, b.unspent - coalesce(s.count, 0)) - coalesce(q.asked, 0))),
      last_refill = greatest(b.now, r.last_refill),
      refill_rate = b.rate,
      capacity = b.capacity,
      asked_capacity = b.wish_capacity,
      asked_rate = b.wish_rate
  from bucket b
  left join started s using (tenant_id, rl_key)
  left join summed q using (tenant_id, rl_key)
  where r.tenant_id = b.tenant_id and r.rl_key = b.rl_key
), answer as materialized (
  select a.n, a.tenant_id, a.job_id, a.rl_key, a.due_at is not null as waited, b.is_resized, b.now,
         case when d.goes then 0
              when q.n is not null then q.seconds
              else extract(epoch from a.due_at - b.now)::double precision end as seconds,
         q.n is not null as stands
  from ask a
  join bucket b using (tenant_id, rl_key)
  left join due d on d.n = a.n
  left join queued q on q.n = a.n
), gone as (
  delete from step_waits w using answer a
  where a.waited and a.seconds = 0 and w.tenant_id = a.tenant_id and w.job_id = a.job_id
), waits as (
  insert into step_waits (tenant_id, job_id, kind, key, place, due_at)
  select tenant_id, job_id, 'rate_limit', rl_key, nextval('step_waits_place_seq'), now + seconds * interval '1 second'
  from (select * from answer where stands and seconds > 0 order by seconds, n) a
  on conflict (tenant_id, job_id) do update
  set kind = excluded.kind, key = excluded.key, place = excluded.place, due_at = excluded.due_at
)
select n::int, seconds * 1000 as wait_ms, is_resized from answer order by n
