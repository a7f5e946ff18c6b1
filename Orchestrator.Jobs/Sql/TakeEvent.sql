-- An attempt of a step takes an event, unless another has, or it has one.
insert into taken_events (tenant_id, workflow_run_id, event_id, job_id, attempt) values ($1, $2, $3, $4, $5)
on conflict do nothing
