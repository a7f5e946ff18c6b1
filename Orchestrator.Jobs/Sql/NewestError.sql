-- What went wrong in a step's newest attempt that failed.
select error_text
from job_attempts
where tenant_id = $1 and job_id = $2 and not success and error_text is not null
order by attempt desc
limit 1
