-- Keys of dispatches that are older than @age, a batch of them; those of steps have a statement of their own (ForgetStepKeys.sql).
delete from idempotency_keys
where ctid = any(array(
  select ctid from idempotency_keys
  where created_at < clock_timestamp() - @age and scope <> 'step'
  limit @batch
  for update skip locked))
