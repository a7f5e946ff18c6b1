-- Jobs that are about to end: after this nobody adds children to them, and the next statement sees those that they have.
select from hangfire.job where id = any($1) order by id for update
