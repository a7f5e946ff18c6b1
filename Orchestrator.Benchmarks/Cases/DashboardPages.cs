using System.Diagnostics;
using Npgsql;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>The slowest page of Hangfire's dashboard while its tables hold a million jobs, asked for by HTTP.</summary>
internal sealed class DashboardPages : IBenchmark
{
    private const int Repetitions = 5;

    private static readonly string[] Lists =
    [
        "/jobs/enqueued/default", "/jobs/enqueued/fetched/default", "/jobs/scheduled", "/jobs/processing", "/jobs/succeeded", "/jobs/failed",
        "/jobs/deleted", "/jobs/awaiting", "/retries",
    ];

    private static readonly string[] Others =
        ["", "/?period=week", "/jobs/enqueued", "/recurring", "/servers", "/jobs/details/1", "/search?q=nothing"];

    public string Name => "dashboard";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var jobs = harness.Options.Scale(1_000_000);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: false, cancellationToken);
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        await FillAsync(database, jobs, cancellationToken);
        await using var target = await DashboardTarget.StartAsync(service, cancellationToken);
        using var client = new HttpClient { BaseAddress = target.Address };
        string[] small = [.. Others, .. Lists.Select(static path => path + "?count=20")];
        string[] large = [.. Lists.Select(static path => path + "?count=500"), .. Lists.Select(static path => path + "?from=9500&count=500")];
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"slowest page, {jobs:N0} jobs, 20 a page", $"slowest page, {jobs:N0} jobs, 500 a page"],
                Unit = "ms",
                IsRate = false,
                Database = service.Database,
                HasWorker = false,
                Run = async cancel => [await SlowestAsync(client, small, cancel), await SlowestAsync(client, large, cancel)],
                Bound = cancel => ReadAsync(database, cancel),
                BoundIs = "the 500 newest jobs by their primary key, with their states",
                Per = "page",
                UnitsPerRun = (small.Length + large.Length) * Repetitions,
            },
            cancellationToken);
    }

    /// <summary>The longest of the pages' median times.</summary>
    private static async Task<double> SlowestAsync(HttpClient client, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var slowest = 0.0;
        foreach (var path in paths)
        {
            var times = new List<double>();
            for (var i = 0; i < Repetitions; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await client.GetStringAsync(new Uri("/hangfire" + path, UriKind.Relative), cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            slowest = Math.Max(slowest, Sample.Of(times, 0.5));
        }

        return slowest;
    }

    private static async Task<double> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await using var command = database.CreateCommand(
            "select j.*, s.* from hangfire.job j left join hangfire.state s on s.id = j.stateid order by j.id desc limit 500");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            rows.GetValue(0);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Old failures, then what waits, then mostly successes.</summary>
    private static async Task FillAsync(NpgsqlDataSource database, int jobs, CancellationToken cancellationToken)
    {
        string[] statements =
        [
            $$"""
            insert into hangfire.job (stateid, statename, invocationdata, arguments, createdat)
            select n, case when n <= {{jobs}} * 0.1 then 'Failed' when n <= {{jobs}} * 0.3 then 'Enqueued' when n <= {{jobs}} * 0.4 then 'Scheduled'
                when n <= {{jobs}} * 0.45 then 'Awaiting' when n % 10000 = 0 then 'Processing' when n % 20 = 0 then 'Deleted' else 'Succeeded' end,
              '{"Type": "System.Console, System.Console", "Method": "WriteLine", "ParameterTypes": "[\"System.String, System.Private.CoreLib\"]"}',
              '["\"one\""]', now()
            from generate_series(1, {{jobs}}) as n
            """,
            """
            insert into hangfire.state (id, jobid, name, createdat, data)
            select id, id, statename, now(), '{"ServerId": "a", "ExceptionType": "E", "ExceptionMessage": "boom", "ExceptionDetails": "E: boom\n   at Here()"}'
            from hangfire.job
            """,
            "insert into hangfire.jobqueue (jobid, queue, fetchedat) select id, 'default', case when id % 100 = 0 then now() end from hangfire.job where statename = 'Enqueued'",
            "insert into hangfire.set (key, score, value) select 'schedule', 1800000000 + id, id::text from hangfire.job where statename = 'Scheduled'",
            "insert into hangfire.set (key, score, value) select 'retries', 0, id::text from hangfire.job where statename = 'Scheduled'",
            "vacuum (analyze) hangfire.job", "vacuum (analyze) hangfire.state", "vacuum (analyze) hangfire.jobqueue", "vacuum (analyze) hangfire.set",
        ];
        foreach (var statement in statements)
        {
            await using var command = database.CreateCommand(statement);
            command.CommandTimeout = 600;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
