-- Servers whose lock nobody holds. Those without one (the official supplier's) are judged by their heartbeat alone.
select s.id
from hangfire.server s
where s.data ->> 'LockKey' is not null
  and not exists (
    select from pg_locks l
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and l.classid::bigint = ((s.data ->> 'LockKey')::bigint >> 32)
      and l.objid::bigint = ((s.data ->> 'LockKey')::bigint & 4294967295))
