-- Processes that start together install one after the other; the lock goes with the transaction.
select pg_advisory_xact_lock(hashtextextended('hangfire install ' || $1, 0))
