-- The steps of a run that wait for a signal are to look.
insert into wake_ups (tenant_id, job_id)
select w.tenant_id, w.job_id
from event_waits w
where w.tenant_id = $1 and w.event_type = $2 and w.job_id > $3 and w.job_id <= $4
