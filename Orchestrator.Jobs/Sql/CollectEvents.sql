-- Adds events, which are stored, to what is collected of them. In the order of the key, so that two never wait for each
-- other in a circle. Of those that are not batches the newest event stays, and waits anew.
insert into event_collections as c (tenant_id, workflow_key, trigger_id, user_id, is_batch, events, newest_at, due_at)
select tenant_id, w.workflow_key, w.trigger_id, w.collected_for, w.is_batch,
       case when w.is_batch then array_agg(event_id order by e.created_at, event_id)
            else array[(array_agg(event_id order by e.created_at desc, event_id desc))[1]] end,
       max(e.created_at), clock_timestamp() + max(w.wait_ms) * interval '1 ms'
from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::boolean[], $7::int[])
  as w (tenant_id, event_id, workflow_key, trigger_id, collected_for, is_batch, wait_ms)
join intent_events e using (tenant_id, event_id)
group by tenant_id, w.workflow_key, w.trigger_id, w.collected_for, w.is_batch
order by tenant_id, w.workflow_key, w.trigger_id, w.collected_for
on conflict (tenant_id, workflow_key, trigger_id, user_id) do update
  set events = case when c.is_batch then c.events || excluded.events
                    when excluded.newest_at >= c.newest_at then excluded.events
                    else c.events end,
      newest_at = greatest(c.newest_at, excluded.newest_at),
      due_at = case when c.is_batch then c.due_at else excluded.due_at end
returning tenant_id, workflow_key, trigger_id, user_id, is_batch, events
