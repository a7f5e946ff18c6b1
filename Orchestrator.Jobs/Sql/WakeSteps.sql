-- Steps that were told to look have their turn now; the sweeper queues them. One whose turn is under way is left for
-- the next look: it may have looked before what it was told of came. Nobody is waited for: who holds a step's row may wait
-- for what this statement holds.
with told as materialized (
  select w.wake_up_id, w.tenant_id, w.job_id from wake_ups w order by w.wake_up_id limit 1000 for update skip locked
), step as materialized (
  select q.tenant_id, q.job_id, q.workflow_run_id, q.status, q.phase
  from job_queue q
  where (q.tenant_id, q.job_id) in (select t.tenant_id, t.job_id from told t)
  for no key update skip locked
), woken as (
  -- by the run's clock, which stands still in a pause
  update job_queue q
  set next_run_at = coalesce((select r.paused_at from workflow_runs r
                              where r.tenant_id = s.tenant_id and r.workflow_run_id = s.workflow_run_id), clock_timestamp())
  from step s
  where q.tenant_id = s.tenant_id and q.job_id = s.job_id and s.status = 'waiting' and s.phase <> 'held'
    and split_part(coalesce(q.waiting_for, ''), ':', 1) <> 'slot'
), ended as (
  delete from event_waits w using step s
  where w.tenant_id = s.tenant_id and w.job_id = s.job_id and s.status in ('success', 'skipped', 'cancelled', 'dead')
)
delete from wake_ups w
using told t
left join step s using (tenant_id, job_id)
where w.wake_up_id = t.wake_up_id
  and (s.status <> 'running'
       or s.status is null and not exists (select from job_queue q where q.tenant_id = t.tenant_id and q.job_id = t.job_id))
