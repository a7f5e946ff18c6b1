insert into hangfire.set (key, value, score) values ($1, $2, $3)
on conflict (key, value) do update set score = excluded.score
