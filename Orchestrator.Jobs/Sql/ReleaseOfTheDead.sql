-- Locks of attempts whose worker is not there any more expire at once.
update autonomous_execution_locks l
set expires_at = clock_timestamp()
where l.worker_id is not null and l.expires_at > clock_timestamp() and not exists (select from workers w where w.worker_id = l.worker_id)
