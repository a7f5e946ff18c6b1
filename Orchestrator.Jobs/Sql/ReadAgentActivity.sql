-- Active agents with their newest events, newest first: one row an agent, so that its texts come once. Each agent's events
-- are read from the index, as many as are wanted, however many it has; the offset keeps the planner from reading all
-- agents of the tenant at once.
select a.id, a.username, a.about, a.system_prompt, a.capabilities, a.created_at, e.types, e.times, e.datas, clock_timestamp()
from unnest($2) w (id)
cross join lateral (select * from agents where tenant_id = $1 and id = w.id and status = 'active' offset 0) a
cross join lateral (
  select coalesce(array_agg(n.event_type order by n.created_at desc, n.id desc), '{}') as types,
         coalesce(array_agg(n.created_at order by n.created_at desc, n.id desc), '{}') as times,
         coalesce(array_agg(n.data::text order by n.created_at desc, n.id desc), '{}') as datas
  from (select event_type, created_at, id, data
        from agent_events
        where tenant_id = a.tenant_id and agent_id = a.id
        order by created_at desc, id desc
        limit $3) n) e
order by a.id
