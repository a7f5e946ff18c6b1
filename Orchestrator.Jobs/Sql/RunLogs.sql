-- Lines of a run in the order of their time: those that its attempts left, and those that are the run's own.
select q.step_id as "StepId", a.attempt as "Attempt", (l.line ->> 'at')::timestamptz as "At", l.line ->> 'level' as "Level",
       l.line ->> 'message' as "Message", null as "Data", l.place as "Place"
from job_attempts a
join job_queue q using (tenant_id, job_id)
cross join lateral jsonb_array_elements(a.logs) with ordinality as l (line, place)
where a.tenant_id = @tenant and a.job_id > @run and a.job_id <= @last
union all
select w.step_id, null, w.at, w.level, w.message, w.data::text, w.id
from workflow_logs w
where w.tenant_id = @tenant and w.workflow_run_id = @run
order by "At", "StepId", "Attempt", "Place"
offset @skip limit @limit
