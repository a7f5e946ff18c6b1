-- A row's xmin with its epoch, which the row itself has no room for. $2: a transaction that is younger than any row can
-- be. A row older than 2^32 transactions looks younger than it is.
create function full_xid(xmin xid, next bigint) returns bigint
  language sql immutable strict parallel safe
  return case
    when xmin::text::bigint < 3 then 0
    else ((next >> 32) << 32) + xmin::text::bigint
         - case when ((next >> 32) << 32) + xmin::text::bigint > next then 4294967296 else 0 end end;
