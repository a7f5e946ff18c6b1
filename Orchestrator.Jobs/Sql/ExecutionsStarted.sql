update autonomous_executions e
set state = 'started', workflow_run_id = t.run
from unnest(@ids, @runs) as t (id, run)
where e.tenant_id = @tenant and e.id = t.id
