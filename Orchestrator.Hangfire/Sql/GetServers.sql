select id, data::text, lastheartbeat from hangfire.server order by id
