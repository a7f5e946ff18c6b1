using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Many runs of four calls in a chain, dispatched at once, to a target in this process.</summary>
internal sealed class Http : IBenchmark
{
    private const int Steps = 4;

    public string Name => "http";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(200);
        await using var target = await CallTarget.StartAsync(cancellationToken);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        await service.PutAsync(Name, WorkflowFiles.HttpChain(Name, Steps, target.Address), cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{runs} chains of {Steps} http calls"],
                Unit = "steps/s",
                Database = service.Database,
                Run = async cancel => [runs * Steps / (await Load.RunAllAsync(service, observer, Name, runs, cancel)).TotalSeconds],
                Bound = cancel => harness.Bare.ClaimAndCompleteAsync(20 * runs * Steps, 50, cancel),
                BoundIs = "50 steps a transaction: claimed, and 50 done with attempts; 2 connections; no call is made",
                Per = "step",
                UnitsPerRun = runs * Steps,
                OwnStatements = () => observer.Statements,
            },
            cancellationToken);
    }
}
