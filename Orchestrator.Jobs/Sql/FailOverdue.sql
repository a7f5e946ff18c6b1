-- Fails locked runs whose time is over; attempts under way end by themselves and are still recorded. Time in which a run only
-- waited (delay, event, approval, child run, token, lock) does not count, nor does a pause. That is worked out here and not
-- while the run goes on, so that it costs nothing until the time might be over: from its attempts, and from what is under way
-- now. A run that has time left is looked at again when that might be over.
-- Transition of the run: fail (pending, running)
with late as (
  select r.tenant_id, r.workflow_run_id, w.last_job_id, r.timeout_ms, coalesce(r.reopened_at, r.started_at, r.created_at) as since, coalesce(r.pauses, '{}') as pauses
  from workflow_runs r
  join unnest($1::text[], $2::uuid[], $3::uuid[]) as w (tenant_id, workflow_run_id, last_job_id) using (tenant_id, workflow_run_id)
  where r.status in ('pending', 'running') and r.deadline_at < clock_timestamp()
), ended as (
  -- After a failed attempt the next one is waited for, and that counts.
  select l.tenant_id, l.workflow_run_id, a.job_id, a.started_at, a.finished_at,
         case when not a.success then lead(a.started_at) over (partition by a.tenant_id, a.job_id order by a.attempt) end as next_at
  from late l
  join job_attempts a on a.tenant_id = l.tenant_id and a.job_id > l.workflow_run_id and a.job_id <= l.last_job_id
), news as (
  select tenant_id, workflow_run_id, max(finished_at) as newest from ended group by 1, 2
), busy as (
  select tenant_id, workflow_run_id, started_at, coalesce(next_at, finished_at) as until, false as is_now from ended
  union all
  -- Of a step with several turns only this turn counts; one that has waited and been queued since (Promote.sql), from then on.
  -- One that is queued otherwise, or waits for its next attempt, is so since the newest attempt of the run at the latest.
  select l.tenant_id, l.workflow_run_id,
         case when q.status in ('queued', 'failed') then coalesce(p.promoted_at, n.newest, l.since) when q.phase is null then coalesce(q.started_at, l.since)
              else clock_timestamp() end,
         clock_timestamp(), true
  from late l
  join job_queue q on q.tenant_id = l.tenant_id and q.job_id > l.workflow_run_id and q.job_id <= l.last_job_id
  left join news n on n.tenant_id = l.tenant_id and n.workflow_run_id = l.workflow_run_id
  left join lateral (select s.createdat as promoted_at from hangfire.job j join hangfire.state s on s.id = j.stateid
                     where q.status = 'queued' and j.id = q.hangfire_job_id and s.reason = 'Its time has come') p on true
  where q.status in ('queued', 'leased', 'running', 'failed')
), spent as (
  select l.tenant_id, l.workflow_run_id, l.timeout_ms, coalesce(b.is_now, false) as is_now,
         l.timeout_ms - coalesce((select sum(extract(epoch from upper(s) - lower(s))) * 1000
                                  from unnest(b.busy * tstzmultirange(tstzrange(l.since, clock_timestamp())) - l.pauses) s), 0) as left_ms
  from late l
  left join (select tenant_id, workflow_run_id, bool_or(is_now) as is_now,
                    range_agg(tstzrange(started_at, greatest(until, started_at))) as busy
             from busy group by 1, 2) b on b.tenant_id = l.tenant_id and b.workflow_run_id = l.workflow_run_id
), pushed as (
  -- One that only waits may go on at any moment, and then has at most these five seconds more than its time.
  update workflow_runs r
  set deadline_at = clock_timestamp() + greatest(s.left_ms, case when s.is_now then 10 else 5000 end) * interval '1 ms'
  from spent s
  where r.tenant_id = s.tenant_id and r.workflow_run_id = s.workflow_run_id and s.left_ms > 0
), failed as (
  update workflow_runs r
  set status = 'failed', finished_at = clock_timestamp(), revision = r.revision + 1
  from spent s
  where r.tenant_id = s.tenant_id and r.workflow_run_id = s.workflow_run_id and s.left_ms <= 0
  returning r.tenant_id, r.workflow_run_id, r.timeout_ms
), undoing as (
  -- A rollback that is cut off here.
  select distinct on (1, 2) f.tenant_id, f.workflow_run_id, q.step_id
  from failed f
  join late l using (tenant_id, workflow_run_id)
  join job_queue q on q.tenant_id = f.tenant_id and q.job_id > f.workflow_run_id and q.job_id <= l.last_job_id
  where q.phase = 'rollback' and q.status not in ('success', 'skipped', 'cancelled', 'dead')
  order by 1, 2, q.step_index
), data as (
  update workflow_run_data d
  set error = jsonb_build_object(
    'message', format('The run was not done within %s ms (config.timeout_ms)', f.timeout_ms)
               || coalesce(', while step ''' || u.step_id || ''' undid what came before it. Resume the run: it goes on with that.', '.'),
    'step_id', u.step_id, 'timestamp', orchestrator.hangfire_time(clock_timestamp()), 'attempts', 0)
  from failed f
  left join undoing u using (tenant_id, workflow_run_id)
  where d.tenant_id = f.tenant_id and d.workflow_run_id = f.workflow_run_id
)
select tenant_id, workflow_run_id from failed
