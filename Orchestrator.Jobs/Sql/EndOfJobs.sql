-- The last step that a page of ListJobs has looked at; null: it has come to the end.
select job_id from job_queue
where tenant_id = @Tenant and job_id > @After and job_id < @Before
order by job_id desc
offset @Window - 1 limit 1
