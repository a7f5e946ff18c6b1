-- A step by its address, and what it asks for: its newest attempt's question.
select q.job_id, q.status, r.status, a.attempt, a.approvers, a.approved, a.comment, a.answered_by, a.answered_at, a.closed_at is not null
from workflow_runs r
left join job_queue q on q.tenant_id = r.tenant_id and q.job_id > r.workflow_run_id and q.job_id <= $3 and q.step_id = $4
left join lateral (
  select * from step_approvals a where a.tenant_id = q.tenant_id and a.job_id = q.job_id order by a.asked_at desc limit 1) a on true
where r.tenant_id = $1 and r.workflow_run_id = $2
