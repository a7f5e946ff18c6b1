-- The answer to an attempt of a step.
select approved, comment, answered_by, answered_at from step_approvals where tenant_id = $1 and job_id = $2 and attempt = $3
