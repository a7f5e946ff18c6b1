-- A locked run of which steps were queued needs its slot: until it has it they don't start. Their deliveries are taken
-- back; the promotion that follows the slot makes new ones.
-- The place is a new one: whoever has read the old one knows nothing of this (ReadSlots.sql).
-- $3: the greatest id that a job of the run can have; $4: the run had ended, and needs a slot again.
-- Transition: hold back (queued)
with slot as (
  update run_slots s
  set holds = false, ended = false, due_at = null, place = default
  where s.tenant_id = $1 and s.workflow_run_id = $2 and ($4 or not s.holds)
  returning s.tenant_id, s.key
), held as (
  update job_queue q
  set status = 'waiting', waiting_for = 'slot:' || s.key
  from slot s
  where q.tenant_id = s.tenant_id and q.job_id > $2 and q.job_id <= $3 and q.status = 'queued'
  returning q.hangfire_job_id, s.key
), job as (
  select j.id, h.key, nextval('hangfire.state_id_seq') as state_id
  from held h join hangfire.job j on j.id = h.hangfire_job_id
), moved as (
  update hangfire.job j set stateid = s.state_id, statename = 'Awaiting', expireat = null
  from job s where j.id = s.id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select state_id, id, 'Awaiting', format('Waits for a slot of ''%s''', key), now(), '{}' from job
), dropped as (
  delete from hangfire.jobqueue d using job s where d.jobid = s.id
)
insert into slot_changes (tenant_id, key) select tenant_id, key from slot
