using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Empty scripts: one when a process is ready for it, and many at once.</summary>
internal sealed class Scripts : IBenchmark
{
    public string Name => "scripts";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var options = new OrchestratorOptions();
        await using var sandbox = new Sandbox(options, NullLogger<Sandbox>.Instance);
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: false, cancellationToken);
        await RunAsync(sandbox, cancellationToken);
        var (alone, many) = (harness.Options.Scale(100), harness.Options.Scale(200));
        return
        [
            .. await harness.MeasureAsync(
                new MeasuringPlan
                {
                    Benchmark = Name,
                    Titles = [$"an empty script, a process ready for it, median of {alone}"],
                    Unit = "ms",
                    IsRate = false,
                    Database = service.Database,
                    Run = async cancel => [await MedianAsync(sandbox, alone, options.Scripts.Ready, cancel)],
                    Bound = async cancel => 1000 / await PlainAsync(10, 1, cancel),
                    BoundIs = "node -e 0, started and ended",
                    Per = "script",
                    UnitsPerRun = alone,
                },
                cancellationToken),
            .. await harness.MeasureAsync(
                new MeasuringPlan
                {
                    Benchmark = Name,
                    Titles = [$"{many} empty scripts at once"],
                    Unit = "scripts/s",
                    Database = service.Database,
                    Run = async cancel => [await RateAsync(sandbox, many, cancel)],
                    Bound = cancel => PlainAsync(many, options.Scripts.Concurrency, cancel),
                    BoundIs = $"node -e 0, started and ended, {options.Scripts.Concurrency} at a time",
                    Per = "script",
                    UnitsPerRun = many,
                },
                cancellationToken),
        ];
    }

    private static async Task<double> MedianAsync(Sandbox sandbox, int count, int ready, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            while (sandbox.ReadyCount < ready)
            {
                await Task.Delay(1, cancellationToken);
            }

            var start = Stopwatch.GetTimestamp();
            await RunAsync(sandbox, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Order().ElementAt(count / 2);
    }

    private static async Task<double> RateAsync(Sandbox sandbox, int count, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => RunAsync(sandbox, cancellationToken)));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> PlainAsync(int count, int atOnce, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, async (_, cancel) =>
        {
            using var node = Process.Start("node", ["-e", "0"]);
            await node.WaitForExitAsync(cancel);
        });
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task RunAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        var request = new ScriptRequest { Script = "return 1", Given = Value.EmptyObject, MemoryMb = 64, MaxResult = 1024, MaxLines = 200 };
        if (await sandbox.RunAsync(request, (_, _) => { }, cancellationToken) is not ScriptReturned)
        {
            throw new InvalidOperationException("The script did not return.");
        }
    }
}
