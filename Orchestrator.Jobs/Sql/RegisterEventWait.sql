-- A step waits for events of a name from now on. An event that is brought before is there when the step looks after
-- this, since its transaction has ended (HoldsBackEvents.sql); one that is brought later finds the step here.
insert into event_waits (tenant_id, job_id, event_type, user_id) values ($1, $2, $3, $4)
on conflict (tenant_id, job_id) do update set event_type = excluded.event_type, user_id = excluded.user_id
where (event_waits.event_type, event_waits.user_id) is distinct from (excluded.event_type, excluded.user_id)
