-- The attempt of an exclusive step takes its lock, if that is free or expired and nobody stands before it in line. Who was
-- told that it is free and has not come within ten seconds is passed over, as are steps of runs that don't go on. The
-- lock's row stays locked until the caller's commit, so that who waits is in line before the holder looks for him. The token
-- of a lock that is taken over is drawn when its row is held, so that it is later than that of whoever was faster. The same
-- attempt, whose answer was lost, gets it again.
with earlier as (
  select from step_waits w
  join job_queue q using (tenant_id, job_id)
  join workflow_runs r using (tenant_id, workflow_run_id)
  where w.tenant_id = $1 and w.kind = 'exclusive' and w.key = $2 and w.job_id <> $3
    and w.place < coalesce((select own.place from step_waits own
                            where own.tenant_id = $1 and own.job_id = $3 and own.kind = 'exclusive' and own.key = $2), 9223372036854775807)
    and (w.due_at is null or w.due_at > clock_timestamp() - interval '10 seconds')
    and q.status in ('waiting', 'queued', 'running') and r.status in ('pending', 'running')
), taken as (
  insert into autonomous_execution_locks as held (tenant_id, lock_key, locked_by, fencing_token, expires_at, metadata, worker_id)
  select $1, $2, $4, nextval('lock_fencing_tokens'), clock_timestamp() + $5, $6, $7
  where not exists (select from earlier)
  on conflict (tenant_id, lock_key) do update
  set locked_by = excluded.locked_by, fencing_token = nextval('lock_fencing_tokens'), locked_at = clock_timestamp(),
      expires_at = clock_timestamp() + $5, metadata = excluded.metadata, worker_id = excluded.worker_id
  where held.expires_at <= clock_timestamp() or held.locked_by = excluded.locked_by
  returning fencing_token
), gone as (
  delete from step_waits w using taken
  where w.tenant_id = $1 and w.job_id = $3 and w.kind = 'exclusive'
)
select fencing_token from taken
