select count(*) from (select from hangfire.set where key = any($1) limit $2) as members
