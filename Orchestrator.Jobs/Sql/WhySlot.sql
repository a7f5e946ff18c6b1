-- Of a run that waits for a slot: the runs that have one, the oldest first, and how many stand before it in line.
select s.key, s.due_at, s.max_runs,
       (select array_agg(h.workflow_run_id order by h.place)
        from run_slots h join workflow_runs r using (tenant_id, workflow_run_id)
        where h.tenant_id = s.tenant_id and h.key = s.key and h.holds and not h.ended and r.status in ('pending', 'running', 'paused')),
       (select count(*)::int from run_slots o
        where o.tenant_id = s.tenant_id and o.key = s.key and not o.holds and not o.ended and (o.priority, o.place) < (s.priority, s.place))
from run_slots s
where s.tenant_id = $1 and s.workflow_run_id = $2
