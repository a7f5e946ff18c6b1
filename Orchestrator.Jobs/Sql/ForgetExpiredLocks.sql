-- Locks that nobody has held for some time; the next holder's token is later whether the row is there or not.
delete from autonomous_execution_locks
where (tenant_id, lock_key) in (
  select tenant_id, lock_key from autonomous_execution_locks where expires_at < clock_timestamp() - @age limit @batch for update skip locked)
