-- Where the ids of Hangfire's jobs and states come from in this installation; null: its schema is not there.
select case when to_regclass('hangfire.job') is not null then pg_get_serial_sequence('hangfire.job', 'id') end,
       case when to_regclass('hangfire.state') is not null then pg_get_serial_sequence('hangfire.state', 'id') end
