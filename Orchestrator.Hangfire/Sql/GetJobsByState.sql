-- The newest first.
select j.id, j.statename, j.invocationdata::text, j.arguments::text, s.reason, s.data::text, s.createdat, null::timestamptz
from hangfire.job j left join hangfire.state s on s.id = j.stateid
where j.statename = $1
order by j.id desc
offset $2 limit $3
