-- What there is to sweep; one look a second on an idle service, answered from small partial indexes.
select
  -- a registered worker whose lock is free is dead
  exists (select from workers w where pg_try_advisory_xact_lock_shared($1, w.worker_id)) as dead_workers,
  -- a lease that has run out, or whose worker is not registered any more
  exists (select from job_queue q
          where q.lease_owner is not null
            and (q.lease_until < clock_timestamp()
                 or not exists (select from workers w where w.worker_id = q.lease_owner))) as lost_leases,
  (select count(*)::int from workers) as workers,
  exists (select from workflow_runs r
          where r.status in ('pending', 'running') and r.deadline_at < clock_timestamp()) as overdue,
  -- milliseconds to the next timer of a run that goes on, found in the order of the timers; negative: overdue; null: none
  (select extract(epoch from q.next_run_at - clock_timestamp()) * 1000
   from job_queue q
   cross join lateral (select from workflow_runs r
                       where r.tenant_id = q.tenant_id and r.workflow_run_id = q.workflow_run_id and r.status in ('pending', 'running')
                       offset 0) r
   where q.next_run_at is not null
   order by q.next_run_at
   limit 1)::double precision as next_timer_ms,
  -- an event that was inserted by SQL
  exists (select from intent_events e where e.dispatched_at is null) as new_events,
  exists (select from autonomous_jobs j where j.status in ('pending', 'running')) as open_cycles,
  -- a step that waits for a token or a lock
  exists (select from step_waits) as waits,
  -- milliseconds until the first collection of events is due; null: there is none
  (select extract(epoch from min(c.due_at) - clock_timestamp()) * 1000 from event_collections c)::double precision as next_collection_ms,
  -- a step is to look
  exists (select from wake_ups) as wake_ups,
  -- an open run whose end nobody waits for any more
  exists (select from workflow_runs r
          where r.parent_job_id is not null and r.status in ('pending', 'running', 'paused')
            -- asked one by one: a plan from when the steps were few would read all of them
            and (select q.status in ('success', 'skipped', 'cancelled', 'dead')
                 from job_queue q where q.tenant_id = r.tenant_id and q.job_id = r.parent_job_id)) as orphans,
  -- the same until the first failed run goes on by itself
  (select extract(epoch from min(r.due_at) - clock_timestamp()) * 1000 from run_recoveries r)::double precision as next_recovery_ms,
  -- the same until the next snapshot of a run
  (select extract(epoch from min(r.snapshot_at) - clock_timestamp()) * 1000
   from workflow_runs r where r.snapshot_at is not null and r.status = 'running')::double precision as next_snapshot_ms,
  -- a step that waited for a decision has ended without one
  exists (select from alerts a
          where a.job_id is not null and a.resolved_at is null
            and (select q.status = 'waiting' and q.phase = 'held'
                 from job_queue q where q.tenant_id = a.tenant_id and q.job_id = a.job_id) is not true) as over_escalations,
  -- the same until the runs of a key are to be looked at, for their slots
  (case when exists (select from slot_changes) then 0
        else (select extract(epoch from min(s.due_at) - clock_timestamp()) * 1000 from run_slots s
              where s.due_at is not null and not s.holds and not s.ended) end)::double precision as next_slot_ms
