-- As many as it takes to know that they are more: beyond that the planner's estimate is taken.
select
  (select count(*) from (select from hangfire.jobqueue where queue = $1 and fetchedat is null limit $2) as bounded),
  (select count(*) from (select from hangfire.jobqueue where queue = $1 and fetchedat is not null limit $2) as bounded)
