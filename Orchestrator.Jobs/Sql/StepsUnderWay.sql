-- Of a step ($3) that waits for its place: how many wait before it, and the steps of its run that count as under way.
select (select count(*)::int from job_queue o
        where o.tenant_id = $1 and o.workflow_run_id = $2 and o.has_place is not null and not o.has_place and o.status = 'waiting' and o.job_id < $3),
       (select array_agg(q.step_id order by q.job_id) from job_queue q
        where q.tenant_id = $1 and q.workflow_run_id = $2 and q.has_place is not null and q.has_place
          and q.status in ('waiting', 'queued', 'leased', 'running', 'failed'))
