-- A number that is this session's, locked before anyone can see it.
with worker as materialized (
  select nextval(pg_get_serial_sequence('workers', 'worker_id'))::int as id
), locked as materialized (
  select id, pg_advisory_lock($1, id) from worker
)
insert into workers (worker_id, name) overriding system value
select id, $2 from locked
returning worker_id
