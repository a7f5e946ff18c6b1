-- Control over runs.

alter table workflow_runs
  -- of a paused run: since then its clock stands still; a timer that is set meanwhile counts from there
  add column paused_at timestamptz;
alter table workflow_runs
  -- the pauses that are over; null: there were none
  add column pauses      tstzmultirange,
  -- its time (timeout_ms) counts from there, since it was reopened; null: from its start
  add column reopened_at timestamptz;
