insert into hangfire.hash (key, field, value)
select $1, t.field, t.value from unnest($2::text[], $3::text[]) as t (field, value)
on conflict (key, field) do update set value = excluded.value
