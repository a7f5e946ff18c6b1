-- As many as it takes to know that they are more: beyond that the planner's estimate is taken. A range in the index's
-- order, so that a plan for any state walks the index and not the table.
select count(*) from (select from hangfire.job where statename between $1 and $1 order by statename limit $2) as bounded
