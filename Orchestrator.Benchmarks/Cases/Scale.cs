using System.Diagnostics;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;
using Orchestrator.Jobs.Dispatch;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>What a step costs in a run of a thousand and in one of ten thousand, and the memory that the service has then.</summary>
/// <param name="shape">What the run looks like; the benchmark is <c>scale-SHAPE</c>.</param>
/// <param name="file">A workflow of that shape, from its key and the number of steps.</param>
internal sealed class Scale(string shape, Func<string, int, string> file) : IBenchmark
{
    private const int Small = 1_000;
    private const int Large = 10_000;

    public static IReadOnlyList<IBenchmark> Shapes { get; } =
    [
        new Scale("chain", static (key, steps) => WorkflowFiles.Chain(key, steps)),
        new Scale("items", WorkflowFiles.Items),
        new Scale("loop", WorkflowFiles.Loop),
        new Scale("dag", WorkflowFiles.Dag),
    ];

    public string Name => $"scale-{shape}";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var (small, large) = (harness.Options.Scale(Small), harness.Options.Scale(Large));
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        foreach (var steps in new[] { small, large })
        {
            await service.PutAsync(Key(steps), file(Key(steps), steps), cancellationToken);
        }

        var memory = new List<double>();
        var costs = await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{shape}: a step in a run of {small}", $"{shape}: a step in a run of {large}"],
                Unit = "µs",
                IsRate = false,
                Database = service.Database,
                Run = async cancel =>
                [
                    await AloneAsync(service, observer, small, memory, cancel), await AloneAsync(service, observer, large, memory, cancel),
                ],
                Bound = async cancel => 1_000_000 / await harness.Bare.CompleteAsync(large, 50, cancel),
                BoundIs = "50 steps a statement and commit: done, attempt, successor; 2 connections",
                Per = "step",
                UnitsPerRun = small + large,
                OwnStatements = () => observer.Statements,
            },
            cancellationToken);
        return
        [
            .. costs,
            costs[1] with
            {
                What = $"{shape}: the second beside the first",
                Unit = "times",
                Measured = new Sample([.. costs[1].Measured.Values.Zip(costs[0].Measured.Values, static (more, less) => more / less)]),
                Bound = new Sample([1.5]),
                BoundIs = "what it may be",
            },
            costs[1] with
            {
                What = $"{shape}: memory of the process, most",
                Unit = "MiB",
                Measured = new Sample([memory.Max()]),
                Bound = new Sample([600]),
                BoundIs = "what it may have",
            },
        ];
    }

    private string Key(int steps) => $"{shape}_{steps}";

    /// <summary>Microseconds for each step of one run.</summary>
    private async Task<double> AloneAsync(
        BenchmarkedService service, RunObserver observer, int steps, List<double> memory, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(memory, ended.Token);
        var dispatched = await service.Get<Dispatcher>().DispatchAsync(new DispatchRequest { WorkflowKey = Key(steps) }, cancellationToken);
        await observer.AwaitAsync(((Dispatched)dispatched).Run, cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        await ended.CancelAsync();
        await watching;
        return took.TotalMicroseconds / steps;
    }

    private static async Task WatchAsync(List<double> memory, CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        while (!cancellationToken.IsCancellationRequested)
        {
            process.Refresh();
            memory.Add(process.WorkingSet64 / 1024.0 / 1024.0);
            await Task.Delay(100, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
