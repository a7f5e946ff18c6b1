-- Each count goes as far as it takes to know that there are more ($1): beyond that the planner's estimate is taken.
select
  (select count(*) from (select from hangfire.job where statename = 'Enqueued' limit $1) as bounded),
  (select count(*) from (select from hangfire.job where statename = 'Failed' limit $1) as bounded),
  (select count(*) from (select from hangfire.job where statename = 'Processing' limit $1) as bounded),
  (select count(*) from (select from hangfire.job where statename = 'Scheduled' limit $1) as bounded),
  (select count(*) from (select from hangfire.job where statename = 'Awaiting' limit $1) as bounded),
  (select count(*) from hangfire.server),
  (select count(*) from (select from hangfire.set where key = 'recurring-jobs' limit $1) as bounded),
  (select count(*) from (select from hangfire.set where key = 'retries' limit $1) as bounded)
