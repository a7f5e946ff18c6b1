-- What an attempt of a step has taken before, in a turn that was not recorded.
select t.event_id, coalesce(e.type, s.name), coalesce(e.payload, s.payload)::text, coalesce(e.created_at, s.created_at), e.user_id, e.intent_id
from taken_events t
left join intent_events e on e.tenant_id = t.tenant_id and e.event_id = t.event_id
left join run_signals s on s.tenant_id = t.tenant_id and s.workflow_run_id = t.workflow_run_id and s.signal_id = t.event_id
where t.tenant_id = $1 and t.job_id = $2 and t.attempt = $3
