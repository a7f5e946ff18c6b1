-- A step, and what has become of the Hangfire job that carries it: whether it is deleted, and whether somebody has put it
-- into a queue since the state that the step's end or its wait has left there. A delivery that is doubled or late has no
-- such state. Hangfire's scheduler is nobody: it comes when the step is due. The step's row is locked: a claim waits.
select q.status, q.attempts, q.pending, q.present, q.started_at, coalesce(q.next_run_at > clock_timestamp(), false) as waits,
       coalesce((select j.statename = 'Deleted' from hangfire.job j where j.id = q.hangfire_job_id), false) as is_deleted,
       exists (select from hangfire.state s
               where s.jobid = q.hangfire_job_id and s.name = 'Enqueued'
                 and s.reason is distinct from 'Triggered by DelayedJobScheduler'
                 and s.id > (select max(f.id) from hangfire.state f
                             where f.jobid = q.hangfire_job_id
                               and f.name = any (case q.status when 'dead' then array['Failed', 'Deleted']
                                                               when 'success' then array['Succeeded']
                                                               when 'failed' then array['Scheduled']
                                                               when 'waiting' then array[case q.phase when 'held' then 'Awaiting' else 'Scheduled' end]
                                                               else array['Deleted'] end))) as is_requeued,
       q.step_id, q.definition_step, q.owners, q.phase is not null as has_begun,
       q.status = 'waiting' and q.phase is not distinct from 'held' as is_held
from job_queue q
where q.tenant_id = $1 and q.job_id = $2
for no key update of q
