-- Steps that have ended while they waited for an event, with their run or as their time was over.
delete from event_waits w
where w.ctid in (
  select o.ctid
  from event_waits o
  join job_queue q on q.tenant_id = o.tenant_id and q.job_id = o.job_id
  where q.finished_at < clock_timestamp() - @age
  limit @batch
  for update of o skip locked)
