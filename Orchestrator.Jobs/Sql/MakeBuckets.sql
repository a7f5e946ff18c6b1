-- Buckets that are asked for the first time: full.
insert into rate_limits (tenant_id, rl_key, tokens, refill_rate, capacity, asked_capacity, asked_rate)
select distinct on (tenant_id, rl_key) tenant_id, rl_key, capacity, refill_rate, capacity, capacity, refill_rate
from unnest($1::text[], $2::text[], $3::double precision[], $4::double precision[]) with ordinality as a (tenant_id, rl_key, capacity, refill_rate, n)
where capacity is not null and refill_rate is not null
order by tenant_id, rl_key, n desc
on conflict (tenant_id, rl_key) do nothing
