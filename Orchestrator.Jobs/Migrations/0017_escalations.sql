-- Steps that have failed and wait for a decision (on_failure: escalate).

alter table alerts
  -- of an escalation: the job of the step; null: nobody waits for what becomes of it
  add column job_id     uuid,
  -- it has paused its run, which goes on when nothing is left to decide
  add column has_paused boolean not null default false;

-- What is still to be decided.
create index alerts_undecided on alerts (tenant_id, workflow_run_id) where job_id is not null and resolved_at is null;
