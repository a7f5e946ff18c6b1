-- What has changed in a run since an earlier look, and where this look stands: one statement, one snapshot.
-- $4: the oldest transaction that was under way at the earlier look; null: there was none. $5: the transactions after
-- it whose rows that look saw. A row is known if the transaction that wrote it (xmin) is older than $4, since all of
-- those had ended, or is one of $5; anything else was not visible then. That holds for subtransactions too, which a
-- snapshot (pg_visible_in_snapshot) can't tell from finished ones. Locks do not change xmin, every update does.
with now as materialized (
  select pg_snapshot_xmin(s)::text::bigint as oldest, pg_snapshot_xmax(s)::text::bigint as next,
         -- known to another database, or before this one was restored: nothing is known
         $4::bigint is null or $4 > pg_snapshot_xmax(s)::text::bigint as is_first
  from pg_current_snapshot() as s
), run as materialized (
  select r.*, full_xid(r.xmin, n.next) as xid, n.is_first or not (full_xid(r.xmin, n.next) < $4 or full_xid(r.xmin, n.next) = any($5)) as is_new
  from workflow_runs r, now n
  where r.tenant_id = $1 and r.workflow_run_id = $2
), step as materialized (
  select q.*, full_xid(q.xmin, n.next) as xid, n.is_first or not (full_xid(q.xmin, n.next) < $4 or full_xid(q.xmin, n.next) = any($5)) as is_new
  from job_queue q, now n
  where q.tenant_id = $1 and q.job_id > $2 and q.job_id <= $3
), attempt as materialized (
  select a.*, full_xid(a.xmin, n.next) as xid, n.is_first or not (full_xid(a.xmin, n.next) < $4 or full_xid(a.xmin, n.next) = any($5)) as is_new
  from job_attempts a, now n
  where a.tenant_id = $1 and a.job_id > $2 and a.job_id <= $3
), line as materialized (
  select w.*, full_xid(w.xmin, n.next) as xid, n.is_first or not (full_xid(w.xmin, n.next) < $4 or full_xid(w.xmin, n.next) = any($5)) as is_new
  from workflow_logs w, now n
  where w.tenant_id = $1 and w.workflow_run_id = $2
), event as (
  select 1 as part, 1 as place, 'log' as name, s.step_id, false as is_running, (l.line ->> 'at')::timestamptz as at,
         jsonb_build_object('at', hangfire_time((l.line ->> 'at')::timestamptz), 'step_id', s.step_id, 'attempt', a.attempt,
                            'level', l.line -> 'level', 'message', l.line -> 'message', 'data', null) as data, l.number
  from attempt a join step s using (job_id)
  cross join lateral jsonb_array_elements(a.logs) with ordinality as l (line, number)
  where a.is_new
  union all
  select 1, 1, 'log', w.step_id, false, w.at,
         jsonb_build_object('at', hangfire_time(w.at), 'step_id', w.step_id, 'attempt', null, 'level', w.level,
                            'message', w.message, 'data', w.data), w.id
  from line w where w.is_new
  union all
  select 1, 2, 'attempt', s.step_id, false, a.finished_at,
         jsonb_build_object('attempt_id', a.attempt_id, 'step_id', s.step_id, 'attempt', a.attempt,
                            'started_at', hangfire_time(a.started_at), 'finished_at', hangfire_time(a.finished_at),
                            'success', a.success, 'status_code', a.status_code, 'error', a.error_text), a.attempt
  from attempt a join step s using (job_id)
  where a.is_new
  union all
  select 1, 3, 'step', s.step_id, s.status = 'running', coalesce(s.finished_at, s.started_at, s.created_at),
         jsonb_build_object('step_id', s.step_id, 'job_id', s.job_id, 'status', s.status, 'waiting_for', s.waiting_for,
                            'attempts', s.attempts, 'max_attempts', s.max_attempts, 'next_run_at', hangfire_time(s.next_run_at),
                            'started_at', hangfire_time(s.started_at), 'finished_at', hangfire_time(s.finished_at),
                            'error', case when s.status <> 'success' then
                              (select a.error_text from job_attempts a
                               where a.tenant_id = $1 and a.job_id = s.job_id and not a.success order by a.attempt desc limit 1) end), s.step_index
  from step s where s.is_new
  union all
  select 2, 4, 'run', null, false, null,
         jsonb_build_object('workflow_run_id', r.workflow_run_id, 'workflow_key', r.workflow_key, 'status', r.status,
                            'open_steps', r.open_steps, 'steps', (select jsonb_object_agg(c.status, c.steps)
                              from (select status, count(*) as steps from step group by status) c),
                            'started_at', hangfire_time(r.started_at), 'finished_at', hangfire_time(r.finished_at), 'error', d.error), 0
  from run r join workflow_run_data d using (tenant_id, workflow_run_id)
  where r.is_new or exists (select from step where is_new)
)
select e.name, e.step_id, e.is_running, e.data::text, null::bigint, null::bigint[], null::boolean, e.part, e.at, e.place, e.number
from event e
union all
select r.status, null, null, null, n.oldest,
       array(select xid from run where xid >= n.oldest union select xid from step where xid >= n.oldest
             union select xid from attempt where xid >= n.oldest union select xid from line where xid >= n.oldest),
       r.open_steps = 0 and r.status in ('success', 'failed', 'cancelled'), 0, null, 0, 0
from run r, now n
order by 8, 9, 10, 11
