select value from hangfire.set where key = $1 and score between $2 and $3 order by score limit $4
