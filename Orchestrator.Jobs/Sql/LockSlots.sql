-- Who decides about the runs of keys does so alone; in the order of the locks, so that two never wait for each other.
select pg_advisory_xact_lock(1332, h.hash)
from (select distinct hashtext(w.tenant_id || ':' || w.key) as hash
      from unnest($1::text[], $2::text[]) as w (tenant_id, key)
      order by 1 offset 0) h
