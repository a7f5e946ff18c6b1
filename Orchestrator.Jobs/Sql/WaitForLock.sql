-- The step stands in line for its lock, at the place that it has already; a token that it was promised goes back.
with promise as materialized (
  select w.key from step_waits w where w.tenant_id = $1 and w.job_id = $2 and w.kind = 'rate_limit'
), returned as (
  update rate_limits b
  set tokens = b.tokens + least(1, b.promised), promised = b.promised - least(1, b.promised)
  from promise p where b.tenant_id = $1 and b.rl_key = p.key
)
insert into step_waits as w (tenant_id, job_id, kind, key, due_at) values ($1, $2, 'exclusive', $3, null)
on conflict (tenant_id, job_id) do update
set place = case when w.kind = excluded.kind and w.key = excluded.key then w.place else excluded.place end,
    kind = excluded.kind, key = excluded.key, due_at = null
