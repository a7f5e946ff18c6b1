-- The fence of what was decided on a member of a set: it is still where it was. The row stays locked until the commit.
select 1 / count(*)
from (select from hangfire.set where key = $1 and value = $2 and score = $3 for update) as member
