-- A signal of an open run; one that is there already is left as it is.
insert into run_signals (tenant_id, workflow_run_id, signal_id, name, payload, sent_by)
values ($1, $2, $3, $4, $5, $6)
on conflict do nothing
