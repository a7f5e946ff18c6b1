-- Control over runs.

alter table workflow_runs
  -- of a paused run: since then its clock stands still; a timer that is set meanwhile counts from there
  add column paused_at timestamptz;
