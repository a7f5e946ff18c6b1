select
  count(*) filter (where statename = 'Enqueued'), count(*) filter (where statename = 'Failed'),
  count(*) filter (where statename = 'Processing'), count(*) filter (where statename = 'Scheduled'),
  count(*) filter (where statename = 'Awaiting'),
  (select count(*) from hangfire.server),
  (select count(distinct queue) from hangfire.jobqueue),
  (select count(*) from hangfire.set where key = 'recurring-jobs'),
  (select count(*) from hangfire.set where key = 'retries')
from hangfire.job
where statename in ('Enqueued', 'Failed', 'Processing', 'Scheduled', 'Awaiting')
