-- Of these steps the one that ended well last, and that no step of the run has undone.
select q.job_id
from job_queue q
where q.tenant_id = @Tenant and q.job_id = any(@Jobs) and q.status = 'success'
  and not exists (select from step_progress p
                  where p.tenant_id = @Tenant and p.job_id > @First and p.job_id <= @Last
                    and p.data -> 'undone' @> to_jsonb(q.step_index))
order by q.finished_at desc, q.step_index desc
limit 1
