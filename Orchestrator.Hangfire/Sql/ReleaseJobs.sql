-- Gives jobs that did not end in time back to their queue, if they are still their worker's.
update hangfire.jobqueue q
set fetchedat = null
from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as t (queueid, jobid, fence)
join hangfire.job j on j.id = t.jobid and j.stateid = t.fence
where q.id = t.queueid
