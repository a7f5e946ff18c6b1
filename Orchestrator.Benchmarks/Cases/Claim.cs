using System.Diagnostics;
using Hangfire;
using Npgsql;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>
/// The statement that takes Hangfire jobs for idle workers, with few and with many jobs waiting: what a claim costs must
/// not depend on the length of the queue. Each claim is rolled back, so that all meet the same queue.
/// </summary>
internal sealed class Claim : IBenchmark
{
    private const int Batch = 20, Few = 1_000, Many = 100_000;

    private const string Fill =
        """
        truncate hangfire.job, hangfire.state, hangfire.jobparameter, hangfire.jobqueue;
        insert into hangfire.job (id, statename, invocationdata, arguments, createdat)
        select g, 'Enqueued', '{"Type": "Job, Own", "Method": "Run", "ParameterTypes": "[]"}', '[]', now() from generate_series(1, COUNT) g;
        insert into hangfire.jobqueue (jobid, queue) select g, 'default' from generate_series(1, COUNT) g;
        analyze hangfire.job, hangfire.jobqueue;
        """;

    public string Name => "claim";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        if (await StatementAsync() is not { } statement)
        {
            Console.WriteLine("claim: the official supplier has no such statement");
            return [];
        }

        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: false, cancellationToken);
        await using var source = NpgsqlDataSource.Create(service.ConnectionString);
        var claims = harness.Options.Scale(1000);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{Batch} Hangfire jobs claimed, {Many} waiting, p50"],
                Unit = "ms",
                IsRate = false,
                Database = service.Database,
                HasWorker = false,
                Run = async cancel => [await MeasureAsync(source, statement, Many, claims, cancel)],
                Bound = cancel => MeasureAsync(source, statement, Few, claims, cancel),
                BoundIs = $"the same with {Few} waiting",
                Per = "claim",
                UnitsPerRun = claims,
            },
            cancellationToken);
    }

    private static async Task<string?> StatementAsync()
    {
        var supplier = typeof(JobStorage).Assembly;
        if (Array.Find(supplier.GetManifestResourceNames(), static name => name.EndsWith(".Sql.ClaimJobs.sql", StringComparison.Ordinal)) is not { } name)
        {
            return null;
        }

        using var reader = new StreamReader(supplier.GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync();
    }

    private static async Task<double> MeasureAsync(
        NpgsqlDataSource source, string statement, int waiting, int claims, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using (var fill = new NpgsqlCommand(Fill.Replace("COUNT", $"{waiting}", StringComparison.Ordinal), connection))
        {
            await fill.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var claim = new NpgsqlCommand(statement, connection);
        foreach (var value in new object[] { new[] { "default" }, Batch, "server", Enumerable.Repeat("worker", Batch).ToArray(), "2026-11-21T00:00:00Z", new[] { 0L } })
        {
            claim.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await claim.PrepareAsync(cancellationToken);
        var times = new List<double>(claims);
        for (var i = 0; i < claims; i++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await claim.ExecuteNonQueryAsync(cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await transaction.RollbackAsync(cancellationToken);
        }

        return Sample.Of(times, 0.5);
    }
}
