-- What steps that take several turns have come to. Data that is not given stays as it is.
insert into step_progress (tenant_id, job_id, opened, ended, succeeded, failed_step, wake_ended, wake_succeeded, wake_on_failure, data)
select * from unnest($1::text[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::boolean[], $10::jsonb[])
on conflict (tenant_id, job_id) do update
set opened = excluded.opened, ended = excluded.ended, succeeded = excluded.succeeded, failed_step = excluded.failed_step,
    wake_ended = excluded.wake_ended, wake_succeeded = excluded.wake_succeeded, wake_on_failure = excluded.wake_on_failure,
    data = coalesce(excluded.data, step_progress.data)
