select s.name, s.reason, s.data::text
from hangfire.job j join hangfire.state s on s.id = j.stateid
where j.id = $1
