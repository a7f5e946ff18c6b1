-- As many as it takes to know that they are more: beyond that the planner's estimate is taken. In the index's order, so
-- that a plan for any queue walks the index and not the table.
select
  (select count(*) from (
    select from hangfire.jobqueue where queue = $1 and fetchedat is null order by fetchedat limit $2) as bounded),
  (select count(*) from (
    select from hangfire.jobqueue where queue = $1 and fetchedat is not null order by fetchedat limit $2) as bounded)
