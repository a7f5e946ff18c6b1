select coalesce((select sum(value) from hangfire.counter where key = $1), 0)::bigint
  + coalesce((select value from hangfire.aggregatedcounter where key = $1), 0)::bigint
