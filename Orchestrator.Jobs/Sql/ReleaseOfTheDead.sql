-- Locks of attempts whose worker is not there any more.
delete from autonomous_execution_locks l
where l.worker_id is not null and not exists (select from workers w where w.worker_id = l.worker_id)
