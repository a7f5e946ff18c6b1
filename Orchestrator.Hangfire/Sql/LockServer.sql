-- Held as long as the connection lives: the lock of a server that was killed is free at once.
select pg_advisory_lock($1)
