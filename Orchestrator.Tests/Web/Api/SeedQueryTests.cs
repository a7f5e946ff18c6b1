using Npgsql;

namespace Orchestrator.Tests.Web.Api;

/// <summary>The queries that seed 001 gives operators run as they are written there.</summary>
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
}
