-- Gives a Hangfire job that an operator has requeued the final state again that its step has, with a reason ($3); its places
-- in queues go. What the state says is what it said before.
with job as (
  select j.id, nextval('hangfire.state_id_seq') as state_id,
         case q.status when 'success' then 'Succeeded' when 'dead' then 'Failed' when 'waiting' then 'Awaiting' else 'Deleted' end as name
  from job_queue q join hangfire.job j on j.id = q.hangfire_job_id
  where q.tenant_id = $1 and q.job_id = $2 and (q.status in ('success', 'dead', 'skipped', 'cancelled') or q.status = 'waiting' and q.phase = 'held')
), moved as (
  update hangfire.job j
  set stateid = s.state_id, statename = s.name, expireat = case when s.name in ('Succeeded', 'Deleted') then now() + interval '1 day' end
  from job s where j.id = s.id
), state as (
  insert into hangfire.state (id, jobid, name, reason, createdat, data)
  select s.state_id, s.id, s.name, $3, now(),
         coalesce((select f.data from hangfire.state f where f.jobid = s.id and f.name = s.name order by f.id desc limit 1), '{}')
  from job s
)
delete from hangfire.jobqueue d using job s where d.jobid = s.id
