-- The fence of a child: its parent is there and in none of the states $2, and can't end before the commit, because an end
-- locks the row for update. The weak lock lets workers take the parent meanwhile. The second lock is among the children,
-- so that only one makes the parameter.
select 1 / count(*), pg_advisory_xact_lock(hashtextextended('hangfire continuations ' || $1::bigint, 0))
from (select from hangfire.job where id = $1 and (statename is null or statename <> all($2::text[])) for key share) as parent
