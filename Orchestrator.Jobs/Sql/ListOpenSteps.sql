-- Steps in opened blocks of a run that have not ended, of those with these indexes in the definition.
select job_id, definition_step, owners
from job_queue
where tenant_id = $1 and job_id > $2 and job_id <= $3 and definition_step = any($4)
  and status not in ('success', 'dead', 'skipped', 'cancelled')
