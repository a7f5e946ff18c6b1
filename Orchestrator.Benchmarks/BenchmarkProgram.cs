using System.Runtime.InteropServices;
using Orchestrator.Benchmarks.Cases;
using Orchestrator.Benchmarks.Database;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Output;
using Orchestrator.Benchmarks.Peers;
using Orchestrator.Benchmarks.Service;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Benchmarks;

/// <summary>From the command line to the table. Whatever ends it, the database is stopped and its folder removed.</summary>
internal static class BenchmarkProgram
{
    private static readonly IReadOnlyList<IBenchmark> All =
    [
        new Enqueue(), new Bulk(), new Dispatching(), new Drain(), new Claim(), new Latency(), new Chain(), new LoneChain(), new Fan(), new LoneFan(), new Http(),
        new Limits(), new DashboardPages(), new Cycle(), new Scripts(), new Expressions(), new Control(), new WfInstances(), .. Scale.Shapes,
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            if (arguments is [WorkerProcess.Argument])
            {
                await WorkerProcess.RunAsync(stop.Token);
                return 0;
            }

            var options = BenchmarkOptions.Parse(arguments);
            var benchmarks = Choose(options.Names);
            if (options.Peers is { } peers)
            {
                PeerRuns.Check(peers);
            }

            await MeasureAsync(options, benchmarks, stop.Token);
            return 0;
        }
        catch (UsageException wrong)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n{BenchmarkOptions.Usage}");
            return 2;
        }
        catch (EmbeddedPostgresException missing)
        {
            await Console.Error.WriteLineAsync(missing.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task MeasureAsync(
        BenchmarkOptions options, IReadOnlyList<IBenchmark> benchmarks, CancellationToken cancellationToken)
    {
        await using var cluster = await Cluster.StartAsync(cancellationToken);
        var machine = await Machine.OfAsync(cluster, cancellationToken);
        Console.WriteLine(machine);
        await using var bare = await BareSql.CreateAsync(cluster, cancellationToken);
        var harness = new Harness(cluster, bare, options);
        await harness.MeasureIdleAsync(cancellationToken);
        var figures = new List<Figure>();
        foreach (var benchmark in benchmarks)
        {
            figures.AddRange(await benchmark.RunAsync(harness, cancellationToken));
        }

        IReadOnlyList<PeerFigure> peers = options.Peers is { } folder
            ? await PeerRuns.RunAsync(folder, [.. benchmarks.Select(benchmark => benchmark.Name)], options.Runs, cancellationToken)
            : [];
        Console.WriteLine();
        Console.WriteLine(FigureTable.Of(figures));
        Console.WriteLine(FigureTable.Of(peers));
        if (options.Json is { } file)
        {
            await FigureJson.WriteAsync(file, new Report(machine, harness.Idle, figures, peers), cancellationToken);
        }
    }

    private static IReadOnlyList<IBenchmark> Choose(IReadOnlyList<string> names)
    {
        var unknown = names.Except(All.Select(benchmark => benchmark.Name)).ToArray();
        return unknown.Length > 0
            ? throw new UsageException(
                $"Unknown: {string.Join(", ", unknown)}. There are {string.Join(", ", All.Select(benchmark => benchmark.Name))}.")
            : [.. All.Where(benchmark => names.Count == 0 || names.Contains(benchmark.Name))];
    }
}
