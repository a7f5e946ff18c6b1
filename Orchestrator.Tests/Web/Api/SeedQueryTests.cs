using Hangfire;
using Npgsql;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.PgCron;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Web.Api;

/// <summary>The SQL that seed 001 gives operators runs as it is written there.</summary>
[TestFixture]
internal sealed class SeedQueryTests : ApiFixture
{
    private static readonly string[] Queries =
    [
        "SELECT * FROM job_queue WHERE status IN ('queued', 'leased', 'running');",
        "SELECT * FROM job_queue WHERE status = 'failed';",
        "SELECT * FROM job_attempts WHERE success = false;",
        """
        SELECT 
          workflow_key,
          COUNT(*) as total_runs,
          COUNT(*) FILTER (WHERE status = 'success') as successful_runs,
          ROUND(COUNT(*) FILTER (WHERE status = 'success')::decimal / COUNT(*) * 100, 2) as success_rate
        FROM workflow_runs 
        GROUP BY workflow_key;
        """,
        "SELECT status, COUNT(*) FROM job_queue GROUP BY status;",
        "SELECT * FROM job_queue WHERE status = 'leased' AND lease_until < NOW();",
        "SELECT * FROM job_attempts WHERE success = false ORDER BY started_at DESC LIMIT 10;",
        "SELECT workflow_key, status, COUNT(*) FROM workflow_runs GROUP BY workflow_key, status;",
    ];

    private static readonly string[] CronLines =
    [
        """
        -- Worker runs every 60 seconds
        SELECT cron.schedule('orchestrator-worker', '*/60 * * * *', 'SELECT net.http_post(url:=''https://your-project.supabase.co/functions/v1/orchestrator/worker'', headers:=''{"Authorization": "Bearer your-service-role-key"}''::jsonb);');
        """,
        """
        -- Cron orchestrator runs every hour
        SELECT cron.schedule('orchestrator-cron', '0 * * * *', 'SELECT net.http_post(url:=''https://your-project.supabase.co/functions/v1/cron-orchestrator'', headers:=''{"Authorization": "Bearer your-service-role-key"}''::jsonb);');
        """,
    ];

    [TestCaseSource(nameof(Queries))]
    public async Task Runs_as_written(string query)
    {
        await Service.EndAsync(new(Guid.Parse(await DispatchAsync())));
        await using var connection = new NpgsqlConnection(Service.Database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(query, connection);
        await using var rows = await command.ExecuteReaderAsync();

        rows.FieldCount.Should().BePositive();
        if (query.Contains("GROUP BY", StringComparison.Ordinal))
        {
            rows.HasRows.Should().BeTrue();
        }
    }

    /// <summary>
    /// Its cron, on an embedded database: the lines as they stand there. This service looks at its timers by itself once a
    /// minute, so the step that is due was queued by the tick.
    /// </summary>
    [Test]
    public async Task The_lines_that_set_up_its_cron_run_and_tick()
    {
        await using var service = await TestService.StartAsync(options => options.SweepInterval = TimeSpan.FromMinutes(1));
        await PgCronSchema.InstallAsync(service.Database.ConnectionString, default);
        await service.PutAsync("""{ key: yearly, trigger: { type: cron, cron: "0 0 1 1 *" }, steps: [{ id: a, type: transform, value: 1 }] }""");
        service.Get<CronTriggers>().Set(DispatchRequest.DefaultTenant, "yearly", [new CronTrigger("0 0 1 1 *", "UTC")]);
        await service.PutAsync("{ key: later, steps: [{ id: a, type: transform, value: 1 }] }");
        var later = await service.DispatchAsync(new DispatchRequest { WorkflowKey = "later", ScheduledAt = DateTime.UtcNow.AddHours(1) });

        foreach (var line in CronLines)
        {
            await service.Database.ExecuteAsync(line);
        }

        await service.Database.ExecuteAsync("update job_queue set next_run_at = now() where next_run_at > now()");
        await MakeDueAsync(service, "workflow:default:yearly:0", "date_trunc('year', now(), 'UTC')");
        await MakeDueAsync(service, "cron:orchestrator-worker", "date_trunc('hour', now(), 'UTC')");
        await MakeDueAsync(service, "cron:orchestrator-cron", "date_trunc('hour', now(), 'UTC')");
        service.Get<IRecurringJobManager>().AddOrUpdate("waker", () => Console.WriteLine(), Cron.Never());

        await service.EndAsync(later);
        (await ResultAsync(service, "cron:orchestrator-worker")).Should().Be("promoted 1, requeued 0");
        (await ResultAsync(service, "cron:orchestrator-cron")).Should().StartWith("dispatched");
        await Eventually.IsTrueAsync(async () => await service.Database.ScalarAsync<long>(
            "select count(*) from workflow_runs where workflow_key = 'yearly' and status = 'success'") == 1, "the run that cron owes");
    }

    [TestCase("job_queue", "job_id", "workflow_run_id", "step_id", "user_id", "intent_id", "status", "priority", "attempts", "max_attempts", "next_run_at")]
    [TestCase("job_attempts", "attempt_id", "job_id", "started_at", "finished_at", "success", "status_code", "error_text", "logs")]
    [TestCase("workflow_runs", "workflow_run_id", "workflow_key", "user_id", "intent_id", "status", "trigger_event_id")]
    [TestCase("intent_events", "event_id", "user_id", "intent_id", "type", "payload", "created_at")]
    public async Task Tables_have_the_columns_that_the_seed_names(string table, params string[] columns)
    {
        var found = await Service.Database.ScalarAsync<string[]>(
            $"select array_agg(column_name::text) from information_schema.columns where table_schema = 'orchestrator' and table_name = '{table}'");

        found.Should().Contain(columns);
    }

    /// <summary>As if it were that time, which is before now.</summary>
    private static Task MakeDueAsync(TestService service, string id, string time) => service.Database.ExecuteAsync($"""
        with due as (select {time} as at),
        placed as (update hangfire.set s set score = extract(epoch from d.at) from due d where s.value = '{id}')
        update hangfire.hash h set value = to_char(d.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".0000000Z"')
        from due d where h.key = 'recurring-job:{id}' and h.field = 'NextExecution'
        """);

    /// <summary>What the recurring job's last job has answered, once it has succeeded.</summary>
    private static Task<string> ResultAsync(TestService service, string id) => Eventually.GetAsync(
        async () => await service.Database.ScalarAsync<object>($"""
            select coalesce(max(s.data ->> 'Result'), '') from hangfire.hash h join hangfire.job j on j.id = h.value::bigint join hangfire.state s on s.id = j.stateid
            where h.key = 'recurring-job:{id}' and h.field = 'LastJobId' and j.statename = 'Succeeded'
            """) is string { Length: > 0 } found ? found.Trim('"') : null,
        $"the tick of {id}");
}
