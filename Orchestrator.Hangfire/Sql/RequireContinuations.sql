-- The fence of a parent's end: the list of its children is as long as it was when they were read. The job is locked.
select 1 / count(*)
from (
  select where coalesce((select max(length(value)) from hangfire.jobparameter where jobid = $1 and name = 'Continuations'), 0) = $2
) as same
