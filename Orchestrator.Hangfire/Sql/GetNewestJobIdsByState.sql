-- The newest first, among the $4 newest jobs. As many as asked for: they are those of GetJobIdsByState.
select id
from (select id, statename from hangfire.job order by id desc limit $4) as newest
where statename = $1
order by id desc
offset $2 limit $3
