-- Answers that are older than @age, a batch of them.
delete from idempotent_answers
where ctid = any(array(
  select ctid from idempotent_answers where created_at < clock_timestamp() - @age limit @batch for update skip locked))
