-- The steps of blocks that are opened: all wait; those that may start are moved on by the recording that follows.
insert into job_queue (tenant_id, job_id, workflow_run_id, step_id, step_index, definition_step, owners, user_id, intent_id,
                       status, waiting_for, priority, queue, max_attempts, pending)
select tenant_id, job_id, workflow_run_id, step_id, step_index, definition_step, owners::int[], user_id, intent_id,
       'waiting', 'dependencies', priority, queue, max_attempts, pending
from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[],
            $10::smallint[], $11::text[], $12::smallint[], $13::int[])
  as s (tenant_id, job_id, workflow_run_id, step_id, step_index, definition_step, owners, user_id, intent_id,
        priority, queue, max_attempts, pending)
