insert into hangfire.server (id, data, lastheartbeat) values ($1, $2::jsonb, now())
on conflict (id) do update set data = excluded.data, lastheartbeat = now()
