-- Steps that have ended while they waited, with their run or by an operator's hand; the answer: what they waited for.
with gone as (
  delete from step_waits w
  using job_queue q
  where q.tenant_id = w.tenant_id and q.job_id = w.job_id and q.status in ('success', 'dead', 'skipped', 'cancelled')
  returning w.tenant_id, w.kind, w.key
)
select distinct tenant_id, key from gone where kind = 'rate_limit'
