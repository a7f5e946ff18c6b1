select value from hangfire.set where key = $1 order by score, id offset $2 limit $3
