-- Events and signals of a name that a run has not taken, oldest first, after ($6, $7). Not the event that started the run.
select c.*
from (
  select e.event_id as id, e.type, e.payload::text, e.created_at, e.user_id, e.intent_id
  from intent_events e
  where e.tenant_id = $1 and e.type = $2 and e.created_at >= $3 and ($4 is null or e.user_id = $4)
    and e.event_id is distinct from (select r.trigger_event_id from workflow_runs r where r.tenant_id = $1 and r.workflow_run_id = $5)
  union all
  select s.signal_id, s.name, s.payload::text, s.created_at, null, null
  from run_signals s
  where s.tenant_id = $1 and s.workflow_run_id = $5 and s.name = $2 and s.created_at >= $3
) c
where (c.created_at, c.id) > ($6, $7)
  and not exists (select from taken_events t where t.tenant_id = $1 and t.workflow_run_id = $5 and t.event_id = c.id)
order by c.created_at, c.id
limit $8
