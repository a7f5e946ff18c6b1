using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Many runs of ten steps without effect in a chain, dispatched at once.</summary>
internal sealed class Chain : IBenchmark
{
    private const int Steps = 10;

    public string Name => "chain";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(500);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        await service.PutAsync(Name, WorkflowFiles.Chain(Name, Steps), cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{runs} chains of {Steps} transforms"],
                Unit = "steps/s",
                Database = service.Database,
                Run = async cancel => [runs * Steps / (await Load.RunAllAsync(service, observer, Name, runs, cancel)).TotalSeconds],
                Bound = cancel => harness.Bare.CompleteAsync(4 * runs * Steps, 50, cancel),
                BoundIs = "50 steps a statement and commit: done, attempt, successor; 2 connections",
                Per = "step",
                UnitsPerRun = runs * Steps,
                OwnStatements = () => observer.Statements,
            },
            cancellationToken);
    }
}
