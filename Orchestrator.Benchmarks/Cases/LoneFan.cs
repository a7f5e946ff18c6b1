using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>One run of one step, a hundred after it, and one after these, on an idle service.</summary>
internal sealed class LoneFan : IBenchmark
{
    private const int Width = 100;

    public string Name => "lone-fan";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(50);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        await service.PutAsync(Name, WorkflowFiles.Fan(Name, Width), cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"a fan 1 → {Width} → 1 of transforms alone, median of {runs}"],
                Unit = "ms",
                IsRate = false,
                Database = service.Database,
                Run = async cancel => [await Load.MedianAloneAsync(service, observer, Name, runs, cancel)],
                Bound = cancel => harness.Bare.SequenceAsync([1, Width, 1], cancel),
                BoundIs = $"3 statements of 1, {Width} and 1 steps, each a commit: done, attempts, successors",
                Per = "step",
                UnitsPerRun = runs * (Width + 2),
                OwnStatements = () => observer.Statements,
            },
            cancellationToken);
    }
}
