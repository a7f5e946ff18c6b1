using System.Diagnostics;
using Npgsql;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>A queue full of Hangfire jobs that do nothing, worked off by one server: from the first start to the last record.</summary>
internal sealed class Drain : IBenchmark
{
    private const int Callers = 8;

    public string Name => "drain";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var jobs = harness.Options.Scale(10_000);
        var database = await harness.Cluster.CreateDatabaseAsync();
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{jobs} no-op Hangfire jobs"],
                Unit = "jobs/s",
                Database = database,
                EndsSessions = true,
                Prepare = cancel => FillAsync(harness, database, jobs, cancel),
                Run = async cancel => [jobs / (await DrainAsync(harness, database, cancel)).TotalSeconds],
                Bound = cancel => harness.Bare.ClaimAndCompleteAsync(2 * jobs, 50, cancel),
                BoundIs = "50 jobs a transaction: claimed, and 50 done with attempts; 2 connections",
                Per = "job",
                UnitsPerRun = jobs,
            },
            cancellationToken);
    }

    private static async Task FillAsync(Harness harness, string database, int jobs, CancellationToken cancellationToken)
    {
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, database, works: false, cancellationToken);
        await Enqueue.ManyAsync(service, Callers, jobs);
    }

    private static async Task<TimeSpan> DrainAsync(Harness harness, string database, CancellationToken cancellationToken)
    {
        NoOpJob.Restart();
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, database, works: true, cancellationToken);
        await using var source = NpgsqlDataSource.Create(service.ConnectionString);
        await using var left = source.CreateCommand("select exists (select from hangfire.jobqueue)");
        while (await left.ExecuteScalarAsync(cancellationToken) is true)
        {
            await Task.Delay(10, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(NoOpJob.First);
    }
}
