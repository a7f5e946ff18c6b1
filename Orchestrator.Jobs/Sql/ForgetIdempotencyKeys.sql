-- Keys of dispatches that are older than @age, a batch of them.
delete from idempotency_keys
where ctid = any(array(
  select ctid from idempotency_keys where created_at < clock_timestamp() - @age limit @batch for update skip locked))
