-- Steps that have ended while they waited, with their run or by an operator's hand; the answer: the buckets that they
-- waited for.
with gone as (
  delete from step_waits w
  where not exists (select from job_queue q
                    where q.tenant_id = w.tenant_id and q.job_id = w.job_id
                      and q.status in ('waiting', 'queued', 'leased', 'running', 'failed'))
  returning w.tenant_id, w.kind, w.key
)
select distinct tenant_id, key from gone where kind = 'rate_limit'
