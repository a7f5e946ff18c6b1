-- The newest first. There is no index on state and id: this reads the ids of the state from its index and sorts them.
-- The subquery that is not pulled up keeps the planner from walking the primary key, past all newer jobs of other states.
select id
from (select id from hangfire.job where statename = $1 offset 0) as of_state
order by id desc
offset $2 limit $3
