using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Many runs of one step, a hundred after it, and one after these, dispatched at once.</summary>
internal sealed class Fan : IBenchmark
{
    private const int Width = 100;
    private const int Steps = Width + 2;

    public string Name => "fan";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(200);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        await service.PutAsync(Name, WorkflowFiles.Fan(Name, Width), cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{runs} fans 1 → {Width} → 1 of transforms"],
                Unit = "steps/s",
                Database = service.Database,
                Run = async cancel => [runs * Steps / (await Load.RunAllAsync(service, observer, Name, runs, cancel)).TotalSeconds],
                Bound = cancel => harness.Bare.CompleteAsync(runs * Steps, 50, cancel),
                BoundIs = "50 steps a statement and commit: done, attempt, successor; 2 connections",
                Per = "step",
                UnitsPerRun = runs * Steps,
                OwnStatements = () => observer.Statements,
            },
            cancellationToken);
    }
}
