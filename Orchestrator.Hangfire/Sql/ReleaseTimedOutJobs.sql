-- Jobs that nobody has renewed for so long belong to nobody.
update hangfire.jobqueue set fetchedat = null
where id in (
  select id from hangfire.jobqueue where queue = any($1) and fetchedat < now() - $2::interval for update skip locked)
