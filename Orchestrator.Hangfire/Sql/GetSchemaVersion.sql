select max(version) from hangfire.schema
