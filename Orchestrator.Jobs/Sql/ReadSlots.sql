-- The open runs of keys: those that have a slot, and those first in line whose time has come, at most $3 of a key. What is
-- noticed to have ended is noted, and that a time has come. A paused run keeps its slot, and gets none.
with asked as (
  select * from unnest($1::text[], $2::text[]) as w (tenant_id, key)
), slot as (
  select h.*
  from asked a
  cross join lateral (
    (select s.* from run_slots s where s.tenant_id = a.tenant_id and s.key = a.key and not s.ended and s.holds)
    union all
    (select s.* from run_slots s
     where s.tenant_id = a.tenant_id and s.key = a.key and not s.ended and not s.holds and (s.due_at is null or s.due_at <= clock_timestamp())
     order by s.priority, s.place
     limit $3)
  ) h
), state as (
  select s.*, r.status
  from slot s
  left join workflow_runs r on r.tenant_id = s.tenant_id and r.workflow_run_id = s.workflow_run_id
), noted as (
  update run_slots s set ended = t.status is null or t.status in ('success', 'failed', 'cancelled'), due_at = null
  from state t
  -- one that got in line again since it was read has another place
  where s.tenant_id = t.tenant_id and s.workflow_run_id = t.workflow_run_id and s.place = t.place
    and (t.status is null or t.status in ('success', 'failed', 'cancelled') or s.due_at is not null)
)
select tenant_id, key, workflow_run_id, max_runs, on_limit, holds, place
from state
where status in ('pending', 'running') or status = 'paused' and holds
order by key, tenant_id, holds desc, priority, place
