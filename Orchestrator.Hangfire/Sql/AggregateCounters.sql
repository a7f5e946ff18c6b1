-- Sums up the rows of counters into one a key, and says how many rows there were.
with taken as (
  delete from hangfire.counter
  where id in (select id from hangfire.counter order by id limit $1 for update skip locked)
  returning key, value, expireat
),
summed as (
  insert into hangfire.aggregatedcounter as a (key, value, expireat)
  select key, sum(value), max(expireat) from taken group by key order by key
  on conflict (key) do update set value = a.value + excluded.value, expireat = greatest(a.expireat, excluded.expireat)
)
select count(*) from taken
