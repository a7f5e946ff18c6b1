-- An attempt of a step asks for an approval, once.
insert into step_approvals (tenant_id, job_id, attempt, prompt, approvers) values ($1, $2, $3, $4, $5)
on conflict do nothing
