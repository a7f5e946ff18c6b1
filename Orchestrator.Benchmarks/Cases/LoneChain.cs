using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>One run of ten steps without effect in a chain, on an idle service.</summary>
internal sealed class LoneChain : IBenchmark
{
    private const int Steps = 10;

    public string Name => "lone-chain";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(50);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        await service.PutAsync(Name, WorkflowFiles.Chain(Name, Steps), cancellationToken);
        int[] oneByOne = [.. Enumerable.Repeat(1, Steps)];
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"a chain of {Steps} transforms alone, median of {runs}"],
                Unit = "ms",
                IsRate = false,
                Database = service.Database,
                Run = async cancel => [await Load.MedianAloneAsync(service, observer, Name, runs, cancel)],
                Bound = cancel => harness.Bare.SequenceAsync(oneByOne, cancel),
                BoundIs = $"{Steps} statements one after the other, each a commit: done, attempt, successor",
                Per = "step",
                UnitsPerRun = runs * Steps,
                OwnStatements = () => observer.Statements,
            },
            cancellationToken);
    }
}
