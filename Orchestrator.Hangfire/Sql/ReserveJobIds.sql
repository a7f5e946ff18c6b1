-- Ids are known before the rows are written, so that a job, its state and its place in the queue are one statement.
select nextval('hangfire.job_id_seq') from generate_series(1, $1)
