-- What steps have come to.
select p.tenant_id, p.job_id, p.opened, p.ended, p.succeeded, p.failed_step, p.wake_ended, p.wake_succeeded, p.wake_on_failure, p.data::text
from unnest($1::text[], $2::uuid[]) as w (tenant_id, job_id)
join step_progress p using (tenant_id, job_id)
