insert into hangfire.list (key, value) values ($1, $2)
