using System.Diagnostics;
using System.Linq.Expressions;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;
using Orchestrator.Jobs.Bulk;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Hangfire jobs made a thousand a call, by two callers; no worker takes them.</summary>
internal sealed class Bulk : IBenchmark
{
    private const int Batch = 1000;
    private const int Callers = 2;

    public string Name => "bulk";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var batches = harness.Options.Scale(20);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: false, cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{batches * Batch} Hangfire jobs, {Batch} a call"],
                Unit = "jobs/s",
                Database = service.Database,
                HasWorker = false,
                Run = async cancel => [batches * Batch / (await EnqueueAsync(service, batches, cancel)).TotalSeconds],
                Bound = cancel => harness.Bare.InsertAsync(Callers, batches * Batch, Batch, cancel),
                BoundIs = $"{Batch} rows inserted a statement and commit; {Callers} connections",
                Per = "job",
                UnitsPerRun = batches * Batch,
            },
            cancellationToken);
    }

    private static async Task<TimeSpan> EnqueueAsync(BenchmarkedService service, int batches, CancellationToken cancellationToken)
    {
        var bulk = service.Get<BulkJobs>();
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, batches),
            new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = cancellationToken },
            async (_, cancel) => await bulk.EnqueueAsync(
                Enumerable.Range(0, Batch).Select(_ => (Expression<Action<NoOpJob>>)(job => job.Run())), cancellationToken: cancel));
        return Stopwatch.GetElapsedTime(start);
    }
}
