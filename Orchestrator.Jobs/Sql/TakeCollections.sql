-- Takes collections whose time has come; locked and gone with the transaction that starts their runs.
delete from event_collections
where ctid = any(array(
  select c.ctid
  from event_collections c
  join unnest($1::text[], $2::text[]) as w (tenant_id, workflow_key) using (tenant_id, workflow_key)
  where c.due_at <= clock_timestamp()
  order by c.due_at
  limit $3
  for update of c skip locked))
returning tenant_id, workflow_key, trigger_id, user_id, is_batch, events
