using System.Diagnostics;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Runs of one step, dispatched at once: they share statements. No worker takes them.</summary>
internal sealed class Dispatching : IBenchmark
{
    public string Name => "dispatch";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(5000);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: false, cancellationToken);
        await service.PutAsync(Name, WorkflowFiles.Chain(Name, 1), cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{runs} runs of one step at once"],
                Unit = "runs/s",
                Database = service.Database,
                HasWorker = false,
                Run = async cancel =>
                {
                    var start = Stopwatch.GetTimestamp();
                    await Load.DispatchAllAsync(service, Name, runs, cancel);
                    return [runs / Stopwatch.GetElapsedTime(start).TotalSeconds];
                },
                Bound = cancel => harness.Bare.InsertAsync(2, runs, 100, cancel),
                BoundIs = "100 rows inserted a statement and commit; 2 connections",
                Per = "run",
                UnitsPerRun = runs,
            },
            cancellationToken);
    }
}
