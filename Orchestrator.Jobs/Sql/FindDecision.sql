-- The newest decision about a step that waited for one.
select a.data ->> 'decision', a.data ->> 'by', a.resolved_at
from alerts a
where a.tenant_id = $1 and a.workflow_run_id = $2 and a.job_id = $3 and a.resolved_at is not null and a.data ->> 'decision' is not null
order by a.created_at desc
limit 1
