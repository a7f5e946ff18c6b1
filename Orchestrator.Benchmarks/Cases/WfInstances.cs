using System.Text.RegularExpressions;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>
/// Graphs of real workflows, imported from WfFormat: a run alone, each task a delay of a thousandth of its real time, and
/// the same with transforms. The bar is for the delays: the critical path, 10 ms a level and half a millisecond a task.
/// </summary>
internal sealed partial class WfInstances : IBenchmark
{
    public string Name => "wfinstances";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var instance in Instance.ReadAll(harness.Options.Instances))
        {
            var measured = await MeasureAsync(harness, instance, cancellationToken);
            Console.WriteLine(FormattableString.Invariant(
                $"{Name}: {instance.Name}: makespan {measured[0].Measured.Median:0.0} ms; critical path {instance.CriticalPath:0} ms, {instance.Levels} levels, {instance.Tasks} tasks: bar {instance.Bar:0.0} ms, {(measured[0].Reached >= 1 ? "holds" : "DOES NOT HOLD")}"));
            figures.AddRange(measured);
        }

        return figures;
    }

    private async Task<IReadOnlyList<Figure>> MeasureAsync(Harness harness, Instance instance, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(15);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        var figures = new List<Figure>();
        foreach (var (kind, yaml) in new[] { ("delay", instance.Delays), ("transform", instance.Transforms) })
        {
            var key = instance.KeyOf(kind);
            await service.PutAsync(key, Key().Replace(yaml, $"key: '{key}'", 1), cancellationToken);
            var measured = await harness.MeasureAsync(
                new MeasuringPlan
                {
                    Benchmark = Name,
                    Titles = [$"{instance.Name}: {instance.Tasks} {kind} steps, {instance.Levels} levels, critical path {instance.CriticalPath:0} ms, alone, median of {runs}"],
                    Unit = "ms",
                    IsRate = false,
                    Database = service.Database,
                    Run = async cancel => [await Load.MedianAloneAsync(service, observer, key, runs, cancel)],
                    Bound = _ => Task.FromResult(kind == "delay" ? instance.Bar : instance.Bar - instance.CriticalPath),
                    BoundIs = kind == "delay" ? "critical path + 10 ms a level + 0.5 ms a task" : "10 ms a level + 0.5 ms a task",
                    Per = "step",
                    UnitsPerRun = runs * instance.Tasks,
                    OwnStatements = () => observer.Statements,
                },
                cancellationToken);
            figures.AddRange(measured);
        }

        return figures;
    }

    [GeneratedRegex("^key: .*$", RegexOptions.Multiline)]
    private static partial Regex Key();
}
