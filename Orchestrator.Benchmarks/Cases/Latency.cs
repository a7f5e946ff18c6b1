using System.Diagnostics;
using Hangfire;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>From before a Hangfire job is enqueued to its start on an idle worker, of the same process and of another.</summary>
internal sealed class Latency : IBenchmark
{
    private static readonly double[] Parts = [0.5, 0.95, 0.99];

    public string Name => "latency";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken) =>
    [
        .. await HereAsync(harness, cancellationToken),
        .. await ElsewhereAsync(harness, cancellationToken),
    ];

    private async Task<IReadOnlyList<Figure>> HereAsync(Harness harness, CancellationToken cancellationToken)
    {
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        return await MeasureAsync(harness, service, "enqueue to start", StartJob.NextAsync, cancellationToken);
    }

    private async Task<IReadOnlyList<Figure>> ElsewhereAsync(Harness harness, CancellationToken cancellationToken)
    {
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: false, cancellationToken);
        await using var worker = await WorkerProcess.StartAsync(service.ConnectionString, cancellationToken);
        return await MeasureAsync(
            harness, service, "enqueue to start in another process", () => worker.NextAsync(cancellationToken), cancellationToken);
    }

    private Task<IReadOnlyList<Figure>> MeasureAsync(
        Harness harness, BenchmarkedService service, string what, Func<Task<long>> nextStart, CancellationToken cancellationToken)
    {
        var samples = harness.Options.Scale(3000);
        return harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{what}, p50", $"{what}, p95", $"{what}, p99"],
                Unit = "ms",
                IsRate = false,
                Database = service.Database,
                Run = cancel => SampleAsync(service.Get<IBackgroundJobClient>(), nextStart, samples, cancel),
                Bound = cancel => BoundAsync(harness, samples / 3, cancel),
                BoundIs = "a row inserted, then claimed, each a statement and commit, on one connection, p50",
                Per = "job",
                UnitsPerRun = samples,
            },
            cancellationToken);
    }

    private static async Task<double[]> SampleAsync(
        IBackgroundJobClient client, Func<Task<long>> nextStart, int samples, CancellationToken cancellationToken)
    {
        var times = new List<double>(samples);
        for (var i = 0; i < samples; i++)
        {
            var started = nextStart();
            var start = Stopwatch.GetTimestamp();
            client.Enqueue<StartJob>(job => job.Run());
            times.Add(Stopwatch.GetElapsedTime(start, await started.WaitAsync(cancellationToken)).TotalMilliseconds);

            // Until its end is recorded, and the worker idle.
            await Task.Delay(5, cancellationToken);
        }

        return [.. Parts.Select(part => Measuring.Sample.Of(times, part))];
    }

    private static async Task<double> BoundAsync(Harness harness, int samples, CancellationToken cancellationToken)
    {
        var times = new List<double>(samples);
        for (var i = 0; i < samples; i++)
        {
            times.Add(await harness.Bare.InsertAndClaimAsync(cancellationToken));
        }

        return Measuring.Sample.Of(times, 0.5);
    }
}
