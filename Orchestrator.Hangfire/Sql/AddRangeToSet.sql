insert into hangfire.set (key, value, score) select $1, item, 0 from unnest($2::text[]) as item
on conflict (key, value) do update set score = 0
