using System.Diagnostics;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>
/// What the engine takes for a step that calls nobody, beside what it takes for a call: the time of one run on an idle
/// service for each of its steps; of a call, less what the same call takes without the engine.
/// </summary>
internal sealed class Control : IBenchmark
{
    private const int Steps = 40;

    private static readonly (string Kind, Func<string, int, string> File)[] Kinds =
    [
        ("transform", (key, steps) => WorkflowFiles.Chain(key, steps)),
        ("condition", WorkflowFiles.Conditions),
        ("switch", WorkflowFiles.Switches),
        ("join", WorkflowFiles.Joins),
    ];

    public string Name => "control";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var runs = harness.Options.Scale(50);
        await using var target = await CallTarget.StartAsync(cancellationToken);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        foreach (var (kind, file) in Kinds)
        {
            await service.PutAsync(kind, file(kind, Steps), cancellationToken);
        }

        // On a database of its own, so that it does not count.
        await using var caller = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var calls = await RunObserver.CreateAsync(caller, cancellationToken);
        await caller.PutAsync("http", WorkflowFiles.HttpChain("http", Steps, target.Address), cancellationToken);
        return await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [.. Kinds.Select(kind => $"a {kind.Kind} step, of {Steps} alone, median of {runs}")],
                Unit = "µs",
                IsRate = false,
                Database = service.Database,
                Run = async cancel =>
                {
                    var times = new List<double>();
                    foreach (var (kind, _) in Kinds)
                    {
                        times.Add(await Load.MedianAloneAsync(service, observer, kind, runs, cancel) * 1000 / Steps);
                    }

                    return [.. times];
                },
                Bound = async cancel =>
                {
                    var whole = await Load.MedianAloneAsync(caller, calls, "http", runs, cancel) * 1000 / Steps;
                    var call = await CallAsync(target.Address, runs * Steps / 4, cancel);
                    Console.WriteLine(FormattableString.Invariant($"{Name}: an http step takes {whole:0} µs, {call:0} of them the call"));
                    return (whole - call) / 2;
                },
                BoundIs = $"half of what the engine takes for an http step, of {Steps} alone: its time less that of the same call without the engine",
                Per = "step",
                UnitsPerRun = runs * Steps * Kinds.Length,
                OwnStatements = () => observer.Statements,
            },
            cancellationToken);
    }

    /// <summary>Microseconds of a call, one after the other; the median.</summary>
    private static async Task<double> CallAsync(Uri target, int calls, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var times = new List<double>(calls);
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await client.GetStringAsync(target, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return Sample.Of(times, 0.5);
    }
}
