-- Their scores are all the same; the key's index has them by their text.
select value from hangfire.set where key = 'retries' order by value desc offset $1 limit $2
