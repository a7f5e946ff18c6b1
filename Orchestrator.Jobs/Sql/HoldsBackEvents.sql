-- Waits until every transaction that brings an event of this name has ended, and holds further ones back until this one
-- has: see RegisterEventWait.sql.
select pg_advisory_xact_lock(1331, hashtext($1 || ':' || $2))
