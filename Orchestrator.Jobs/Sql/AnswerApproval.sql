-- The first answer counts. The step is to look.
with answered as (
  update step_approvals a
  set approved = $4, comment = $5, answered_by = $6, answered_at = clock_timestamp()
  where a.tenant_id = $1 and a.job_id = $2 and a.attempt = $3 and a.approved is null and a.closed_at is null
  returning a.tenant_id, a.job_id, a.answered_at
), told as (
  insert into wake_ups (tenant_id, job_id) select tenant_id, job_id from answered
)
select answered_at from answered
