using System.Globalization;
using System.Text.Json;
using Hangfire.PostgreSql;
using Npgsql;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>
/// What the dashboard asks costs about the same with a million jobs as with few: measured in pages of the database that a
/// statement touches, which neither other tests nor a slow machine change.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class LargeTablesTests : DashboardFixture
{
    /// <summary>All tables together have some 100,000 pages of 8 KiB.</summary>
    private const long FewPages = 2_000;

    [Test]
    public async Task AMillionJobsCostHardlyMoreThanFew()
    {
        Fill();
        StatementsTouchFewPages();
        EstimatesAreNearTheTruth();
        ListsOfTheApiAreWhole();
        await PagesHaveTheRightJobsAndSayWhatTheyEstimateAsync();
    }

    /// <summary>Newest last: many succeeded, a few of each other state among the newest, and a hundred thousand old failures.</summary>
    private void Fill()
    {
        Execute("""
            insert into hangfire.job (stateid, statename, invocationdata, arguments, createdat, expireat)
            select n, case when n <= 100000 then 'Failed' when n <= 300000 then 'Enqueued' when n <= 400000 then 'Scheduled'
                when n <= 450000 then 'Awaiting' when n % 10000 = 0 then 'Processing' when n % 20 = 0 then 'Deleted' else 'Succeeded' end,
              jsonb_build_object('Type', 'Orchestrator.Tests.Hangfire.Support.TestJobs, Orchestrator.Tests', 'Method', 'Add',
                'Arguments', '["1","2"]', 'ParameterTypes', '["System.Int32, System.Private.CoreLib","System.Int32, System.Private.CoreLib"]'),
              '["1","2"]', now(), null
            from generate_series(1, 1000000) as n
            """);
        Execute("""
            insert into hangfire.state (id, jobid, name, createdat, data)
            select id, id, statename, now(), '{"ServerId": "a", "Queue": "default"}' from hangfire.job
            """);
        Execute("insert into hangfire.jobqueue (jobid, queue, fetchedat) select id, case when id % 3 = 0 then 'critical' else 'default' end, case when id % 10 = 0 then now() end from hangfire.job where statename = 'Enqueued'");
        Execute("insert into hangfire.set (key, score, value) select 'schedule', 1800000000 + id, id::text from hangfire.job where statename = 'Scheduled'");
        Execute("insert into hangfire.set (key, score, value) select 'retries', 0, id::text from hangfire.job where statename = 'Scheduled'");
        foreach (var table in new[] { "job", "state", "jobqueue", "set" }) Execute($"vacuum (analyze) hangfire.{table}");
    }

    private void StatementsTouchFewPages()
    {
        var costs = new Dictionary<string, long>
        {
            ["statistics"] = PagesOf("GetStatistics", BoundedCount.Bound),
            ["queues"] = PagesOf("GetQueues"),
            ["queue's length"] = PagesOf("GetEnqueuedAndFetchedCount", "default", BoundedCount.Bound),
            ["the size of a small state"] = PagesOf("CountJobsByState", "Processing", BoundedCount.Bound),
            ["the length of a queue that is none"] = PagesOf("GetEnqueuedAndFetchedCount", "none", BoundedCount.Bound),
            ["a set's size"] = PagesOf("GetSetCountOf", "{retries}", BoundedCount.Bound),
            ["a large state's size"] = PagesOf("CountJobsByState", "Succeeded", BoundedCount.Bound),
            ["the newest succeeded"] = PagesOf("GetNewestJobIdsByState", "Succeeded", 0, 500, 3500),
            ["the newest deleted"] = PagesOf("GetNewestJobIdsByState", "Deleted", 0, 20, 1100),
            ["the few processing"] = PagesOf("GetJobIdsByState", "Processing", 0, 20),
            ["the old failed"] = PagesOf("GetJobIdsByState", "Failed", 0, 20),
            ["the last listed failed"] = PagesOf("GetJobIdsByState", "Failed", 9_500, 500),
            ["the enqueued"] = PagesOf("GetEnqueuedJobIds", "default", 0, 500),
            ["the last listed enqueued"] = PagesOf("GetEnqueuedJobIds", "default", 9_500, 500),
            ["the fetched"] = PagesOf("GetFetchedJobIds", "default", 0, 500),
            ["the next scheduled"] = PagesOf("GetRangeFromSet", "schedule", 0, 500),
            ["the last listed scheduled"] = PagesOf("GetRangeFromSet", "schedule", 9_500, 500),
            ["the retries"] = PagesOf("GetRetryJobIds", 0, 500),
            ["a search"] = PagesOf("SearchJobs", "nothing has this name", JobSearch.Window, 100),
            ["500 jobs"] = PagesOf("GetJobsById", Enumerable.Range(500_000, 500).Select(static id => (long)id).ToArray()) / 5,
            ["a job"] = PagesOf("GetJobData", 500_000L),
            ["a job's history"] = PagesOf("GetHistory", 500_000L),
        };
        foreach (var (what, pages) in costs) TestContext.Out.WriteLine($"{what}: {pages} pages");

        costs.Should().OnlyContain(static each => each.Value < FewPages);
    }

    private async Task PagesHaveTheRightJobsAndSayWhatTheyEstimateAsync()
    {
        (await Dashboard.GetAsync("/jobs/succeeded?count=20")).Should().Contain("#999999<").And.Contain("The first 10,000 of ≈");
        (await Dashboard.GetAsync("/jobs/failed")).Should().Contain("#100000<").And.Contain("#99991<");
        (await Dashboard.GetAsync("/jobs/failed?from=9990&count=10")).Should().Contain("#90010<").And.Contain("#90001<");
        (await Dashboard.GetAsync("/jobs/failed?from=10000&count=10")).Should().Contain("There are none on this page.");
        (await Dashboard.GetAsync("/jobs/processing")).Should().Contain("#1000000<").And.Contain("#910000<");
        (await Dashboard.GetAsync("/jobs/scheduled")).Should().Contain("#300001<");
        (await Dashboard.GetAsync("/jobs/awaiting")).Should().Contain("#450000<");
        (await Dashboard.GetAsync("/jobs/enqueued")).Should().Contain("critical").And.Contain("≈");
        (await Dashboard.GetAsync("/search?q=77")).Should().Contain("#77<");
        (await Dashboard.GetAsync("/search?q=testjobs.add")).Should().Contain("among the newest 10,000").And.Contain("#1000000<");
    }

    private void EstimatesAreNearTheTruth()
    {
        var statistics = Storage.GetMonitoringApi().GetStatistics();

        statistics.Failed.Should().BeInRange(80_000, 120_000);
        statistics.Enqueued.Should().BeInRange(170_000, 230_000);
        statistics.Scheduled.Should().BeInRange(80_000, 120_000);
        statistics.Processing.Should().Be(55, "what is counted is exact");
        statistics.Queues.Should().Be(2);
    }

    private void ListsOfTheApiAreWhole()
    {
        var monitor = Storage.GetMonitoringApi();

        monitor.FailedJobs(99_990, 20).Select(static job => job.Key).Should().Equal(Enumerable.Range(1, 10).Reverse().Select(static id => $"{id}"));
        monitor.DeletedJobs(0, 3).Select(static job => job.Key).Should().Equal("999980", "999960", "999940");
    }

    /// <summary>
    /// Pages of tables and indexes that a statement touches, cached or not: by the plan for these values, or by that for any
    /// values, which a connection may keep, whichever is worse.
    /// </summary>
    private long PagesOf(string statement, params object[] values) =>
        Math.Max(PagesOf(statement, values, "force_custom_plan"), PagesOf(statement, values, "force_generic_plan"));

    private long PagesOf(string statement, object[] values, string mode)
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        var arguments = values.Length == 0 ? "" : $"({string.Join(", ", values.Select(Literal))})";
        using var prepare = new NpgsqlCommand($"set plan_cache_mode = {mode}; prepare measured as {Storage.Database.Sql[statement]}", connection);
        prepare.ExecuteNonQuery();
        using var explain = new NpgsqlCommand($"explain (analyze, buffers, format json) execute measured{arguments}", connection);
        using var plan = JsonDocument.Parse((string)explain.ExecuteScalar()!);
        var root = plan.RootElement[0].GetProperty("Plan");
        return root.GetProperty("Shared Hit Blocks").GetInt64() + root.GetProperty("Shared Read Blocks").GetInt64();
    }

    private static string Literal(object value) => value switch
    {
        string text => $"'{text}'",
        long[] ids => $"'{{{string.Join(',', ids)}}}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
