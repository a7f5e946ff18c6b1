using System.Diagnostics;
using Hangfire;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Hangfire jobs made one by one, by one caller and by eight; no worker takes them.</summary>
internal sealed class Enqueue : IBenchmark
{
    public string Name => "enqueue";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken) =>
    [
        .. await MeasureAsync(harness, 1, harness.Options.Scale(3000), cancellationToken),
        .. await MeasureAsync(harness, 8, harness.Options.Scale(10_000), cancellationToken),
    ];

    /// <summary>Makes so many jobs, by callers that each wait for one before the next; the time it took.</summary>
    public static Task<TimeSpan> ManyAsync(BenchmarkedService service, int callers, int jobs)
    {
        var client = service.Get<IBackgroundJobClient>();
        return ManyAsync(() => client.Enqueue<NoOpJob>(job => job.Run()), callers, jobs);
    }

    /// <summary>Makes so many jobs in a way of one's own.</summary>
    public static async Task<TimeSpan> ManyAsync(Action make, int callers, int jobs)
    {
        var left = jobs;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    make();
                }
            },
            TaskCreationOptions.LongRunning)));
        return Stopwatch.GetElapsedTime(start);
    }

    private async Task<IReadOnlyList<Figure>> MeasureAsync(Harness harness, int callers, int jobs, CancellationToken cancellationToken)
    {
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: false, cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{jobs} Hangfire jobs, {callers} at a time"],
                Unit = "jobs/s",
                Database = service.Database,
                HasWorker = false,
                Run = async _ => [jobs / (await ManyAsync(service, callers, jobs)).TotalSeconds],
                Bound = cancel => harness.Bare.InsertAsync(callers, jobs, 1, cancel),
                BoundIs = $"one row inserted a statement and commit; {callers} connections",
                Per = "job",
                UnitsPerRun = jobs,
            },
            cancellationToken);
    }
}
