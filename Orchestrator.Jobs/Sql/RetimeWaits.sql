-- The steps that wait for buckets get their times anew, in their order: after a bucket's size has changed, or some of them
-- have left. Timers that somebody moves at the same moment are left alone: a step that comes too soon is sent back.
with locked as materialized (
  select b.* from rate_limits b
  where (b.tenant_id, b.rl_key) in (select * from unnest($1::text[], $2::text[]))
  order by b.tenant_id, b.rl_key
  for no key update
), clocked as materialized (
  select l.*, clock_timestamp() as now from locked l
), bucket as materialized (
  select tenant_id, rl_key, now, refill_rate as rate,
         least(capacity, tokens + promised + refill(refill_rate, last_refill, now)) as unspent
  from clocked
), line as materialized (
  select w.tenant_id, w.job_id, w.key,
         b.now + least(315360000, greatest(0,
           (row_number() over (partition by w.tenant_id, w.key order by w.place) - b.unspent) / b.rate)) * interval '1 second' as due_at
  from step_waits w join bucket b on b.tenant_id = w.tenant_id and b.rl_key = w.key
  where w.kind = 'rate_limit'
), refilled as (
  update rate_limits r
  set tokens = b.unspent - c.count, promised = c.count, last_refill = greatest(b.now, r.last_refill)
  from bucket b
  cross join lateral (select count(*) from line l where l.tenant_id = b.tenant_id and l.key = b.rl_key) c
  where r.tenant_id = b.tenant_id and r.rl_key = b.rl_key
), timed as (
  update step_waits w set due_at = l.due_at from line l where w.tenant_id = l.tenant_id and w.job_id = l.job_id
), parked as materialized (
  select q.tenant_id, q.job_id, l.due_at
  from line l join job_queue q using (tenant_id, job_id)
  where q.status = 'waiting' and q.next_run_at is not null
  for no key update of q skip locked
), moved as (
  update job_queue q set next_run_at = p.due_at
  from parked p where q.tenant_id = p.tenant_id and q.job_id = p.job_id
  returning q.hangfire_job_id, q.next_run_at
), scheduled as (
  update hangfire.set h set score = ceil(extract(epoch from m.next_run_at))
  from moved m where h.key = 'schedule' and h.value = m.hangfire_job_id::text
)
select extract(epoch from min(next_run_at) - clock_timestamp())::double precision * 1000 from moved
