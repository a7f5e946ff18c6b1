-- As many as it takes to know that they are more: beyond that the planner's estimate is taken.
select count(*) from (select from hangfire.job where statename = $1 limit $2) as bounded
