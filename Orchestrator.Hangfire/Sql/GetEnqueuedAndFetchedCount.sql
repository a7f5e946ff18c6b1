select count(*) filter (where fetchedat is null), count(*) filter (where fetchedat is not null)
from hangfire.jobqueue where queue = $1
