-- The steps that wait for events of these types are to look. Runs in the transaction that brings the events, after
-- everybody who registered before it (see RegisterEventWait.sql) is seen.
insert into wake_ups (tenant_id, job_id)
select w.tenant_id, w.job_id
from unnest($1::text[], $2::text[], $3::text[]) as e (tenant_id, type, user_id)
join event_waits w on w.tenant_id = e.tenant_id and w.event_type = e.type
where w.user_id is null or w.user_id = e.user_id
