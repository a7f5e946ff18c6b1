-- Rows that the official supplier left behind when it was killed: our locks don't live here, and the two take turns.
delete from hangfire.lock where acquired is null or acquired < now() - $1::interval
