select value from hangfire.list where key = $1 order by id desc offset $2 limit $3
