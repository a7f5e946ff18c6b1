-- Forgets workers whose lock is free; their leases are then nobody's.
delete from workers w
where pg_try_advisory_xact_lock_shared($1, w.worker_id)
returning w.worker_id, w.name
