-- The last run that a page of ListRuns has looked at; null: it has come to the end.
select workflow_run_id from workflow_runs
where tenant_id = @Tenant and (@Parent::uuid is null or parent_run_id = @Parent) and workflow_run_id >= @First and workflow_run_id < @Before
order by workflow_run_id desc
offset @Window - 1 limit 1
