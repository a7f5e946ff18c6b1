-- Whether anything is left to start or to end, and milliseconds to the next that may start (null: none waits for a time).
select
  exists (select from autonomous_executions where tenant_id = @tenant and job_id = @job and state in ('queued', 'started')) as is_open,
  (select extract(epoch from min(due_at) - clock_timestamp()) * 1000
   from autonomous_executions
   where tenant_id = @tenant and job_id = @job and state = 'queued' and due_at is not null)::double precision as next_due_ms
