-- What is left of collections from which full batches were taken; none left: the collection is gone. Rows are locked.
with left_over as (
  select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::int[])
    as w (tenant_id, workflow_key, trigger_id, user_id, taken, wait_ms)
), gone as (
  delete from event_collections c using left_over w
  where c.tenant_id = w.tenant_id and c.workflow_key = w.workflow_key and c.trigger_id = w.trigger_id and c.user_id = w.user_id
    and w.taken >= cardinality(c.events)
)
update event_collections c
set events = c.events[w.taken + 1:], due_at = clock_timestamp() + w.wait_ms * interval '1 ms'
from left_over w
where c.tenant_id = w.tenant_id and c.workflow_key = w.workflow_key and c.trigger_id = w.trigger_id and c.user_id = w.user_id
  and w.taken < cardinality(c.events)
