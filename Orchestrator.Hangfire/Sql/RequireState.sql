-- The fence of a transaction: a job that was moved since it was read divides by zero, which undoes the whole batch.
-- The row stays locked, so that nobody moves the job before the commit.
select 1 / count(*)
from (select from hangfire.job where id = $1 and stateid is not distinct from $2 for update) as job
