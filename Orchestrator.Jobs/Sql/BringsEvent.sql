-- Held until the end of the transaction that brings an event or a signal of this name: see RegisterEventWait.sql.
select pg_advisory_xact_lock_shared(1331, hashtext($1 || ':' || $2))
