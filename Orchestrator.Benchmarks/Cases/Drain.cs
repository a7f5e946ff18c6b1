using System.Diagnostics;
using Hangfire;
using Npgsql;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>
/// A queue full of Hangfire jobs that do nothing, worked off by one server: from the first start to the last record. First
/// as the orchestrator uses them, then as a user of Hangfire does: a scope of services per job, retries, a filter of his own
/// that is asked about every state.
/// </summary>
internal sealed class Drain : IBenchmark
{
    private const int Callers = 8;

    public string Name => "drain";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken) =>
    [
        .. await MeasureAsync(harness, "no-op Hangfire jobs", FillAsync, StartAsync, cancellationToken),
        .. await MeasureAsync(harness, "Hangfire jobs with filters, scope and full history, 100 workers", FillPlainAsync, StartPlainAsync, cancellationToken),
    ];

    private async Task<IReadOnlyList<Figure>> MeasureAsync(
        Harness harness,
        string what,
        Func<Harness, string, int, CancellationToken, Task> fill,
        Func<Harness, string, CancellationToken, Task<IAsyncDisposable>> start,
        CancellationToken cancellationToken)
    {
        var jobs = harness.Options.Scale(10_000);
        var database = await harness.Cluster.CreateDatabaseAsync();
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{jobs} {what}"],
                Unit = "jobs/s",
                Database = database,
                EndsSessions = true,
                Prepare = cancel => fill(harness, database, jobs, cancel),
                Run = async cancel => [jobs / (await DrainAsync(harness, database, start, cancel)).TotalSeconds],
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

    private static async Task<IAsyncDisposable> StartAsync(Harness harness, string database, CancellationToken cancellationToken) =>
        await BenchmarkedService.StartAsync(harness.Cluster, database, works: true, cancellationToken);

    private static async Task FillPlainAsync(Harness harness, string database, int jobs, CancellationToken cancellationToken)
    {
        await using var host = await PlainHost.StartAsync(harness.Cluster.ConnectionStringFor(database), works: false, cancellationToken);
        await Enqueue.ManyAsync(() => host.Client.Enqueue<ScopedJob>(static job => job.Run()), Callers, jobs);
    }

    private static async Task<IAsyncDisposable> StartPlainAsync(Harness harness, string database, CancellationToken cancellationToken) =>
        await PlainHost.StartAsync(harness.Cluster.ConnectionStringFor(database), works: true, cancellationToken);

    private static async Task<TimeSpan> DrainAsync(
        Harness harness, string database, Func<Harness, string, CancellationToken, Task<IAsyncDisposable>> start, CancellationToken cancellationToken)
    {
        NoOpJob.Restart();
        await using var server = await start(harness, database, cancellationToken);
        await using var source = NpgsqlDataSource.Create(harness.Cluster.ConnectionStringFor(database));
        await using var left = source.CreateCommand("select exists (select from hangfire.jobqueue)");
        while (await left.ExecuteScalarAsync(cancellationToken) is true)
        {
            await Task.Delay(10, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(NoOpJob.First);
    }
}
