select key, sum(value)::bigint
from (
  select key, value from hangfire.counter where key = any($1)
  union all
  select key, value from hangfire.aggregatedcounter where key = any($1)
) as counters
group by key
