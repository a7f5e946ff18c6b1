using System.Diagnostics;
using Orchestrator.Benchmarks.Database;
using Orchestrator.Benchmarks.Service;

namespace Orchestrator.Benchmarks.Measuring;

/// <summary>
/// Warms up, measures run by run beside the bound, and counts what the database did for it, less what the service does
/// while it has nothing to do.
/// </summary>
internal sealed class Harness(Cluster cluster, BareSql bare, BenchmarkOptions options)
{
    /// <summary>A session that is idle for 10 s has reported all it did.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(11);

    /// <summary>A session reports when it ends.</summary>
    private static readonly TimeSpan SessionEnd = TimeSpan.FromMilliseconds(300);

    /// <summary>Until the runtime has compiled for speed what runs often; a run that is longer warms up alone.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    public Cluster Cluster { get; } = cluster;

    public BareSql Bare { get; } = bare;

    public BenchmarkOptions Options { get; } = options;

    /// <summary>What an idle service does in a second: its polling.</summary>
    public Counters Idle { get; private set; }

    public async Task MeasureIdleAsync(CancellationToken cancellationToken)
    {
        if (Options.Quick)
        {
            return;
        }

        Console.WriteLine("idle: measuring what the service does while it has nothing to do");
        await using var service = await BenchmarkedService.StartAsync(Cluster, works: true, cancellationToken);
        await Task.Delay(ReportInterval, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var before = await Counters.ReadAsync(Cluster, service.Database, cancellationToken);
        await Task.Delay(ReportInterval, cancellationToken);
        var done = await Counters.ReadAsync(Cluster, service.Database, cancellationToken) - before;
        Idle = done * (1 / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Measures a plan; one figure for each of its titles.</summary>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(MeasuringPlan plan, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{plan.Benchmark}: warming up");
        await plan.Bound(cancellationToken);
        var warmUp = Stopwatch.GetTimestamp();
        do
        {
            await plan.Prepare(cancellationToken);
            await plan.Run(cancellationToken);
        }
        while (!Options.Quick && Stopwatch.GetElapsedTime(warmUp) < WarmUp);
        await SettleAsync(plan, cancellationToken);
        await StatementTimes.ForgetAsync(Cluster, Options.Statements, cancellationToken);
        var (own, start) = (plan.OwnStatements(), Stopwatch.GetTimestamp());
        var before = await ReadAsync(plan, cancellationToken);
        var (during, working, cpu) = (default(Counters), TimeSpan.Zero, default(CpuTimes));
        var (values, bounds) = (new List<double[]>(), new List<double>());
        for (var run = 1; run <= Options.Runs; run++)
        {
            bounds.Add(await plan.Bound(cancellationToken));
            await plan.Prepare(cancellationToken);
            var from = await ReadAsync(plan, cancellationToken);
            var (runStart, cpuStart) = (Stopwatch.GetTimestamp(), Cluster.Cpu());
            values.Add(await plan.Run(cancellationToken));
            working += Stopwatch.GetElapsedTime(runStart);
            cpu += Cluster.Cpu() - cpuStart;
            during += await ReadAsync(plan, cancellationToken) - from;
            Console.WriteLine($"{plan.Benchmark}: run {run} of {Options.Runs}: {string.Join(", ", values[^1].Select(Text))} {plan.Unit}");
        }

        await StatementTimes.ShowAsync(Cluster, Options.Statements, plan, Options.Runs, cancellationToken);
        await SettleAsync(plan, cancellationToken);
        var whole = await ReadAsync(plan, cancellationToken) - before;
        var ours = plan.OwnStatements() - own;
        var counted = plan.EndsSessions
            ? during
            : whole - (Idle * Stopwatch.GetElapsedTime(start).TotalSeconds * (plan.HasWorker ? 1 : 0)) - new Counters(ours, ours, 0, 0);
        var wal = during.WalBytes - (plan.HasWorker ? Idle.WalBytes * working.TotalSeconds : 0);
        return Figures(plan, values, bounds, CostsOf(counted with { WalBytes = wal }, cpu, plan.UnitsPerRun * Options.Runs));
    }

    private IReadOnlyList<Figure> Figures(MeasuringPlan plan, List<double[]> values, List<double> bounds, Costs costs) =>
    [
        .. plan.Titles.Select((title, index) => new Figure
        {
            Benchmark = plan.Benchmark,
            What = title,
            Unit = plan.Unit,
            IsRate = plan.IsRate,
            Measured = new Sample([.. values.Select(run => run[index])]),
            Bound = new Sample(bounds),
            BoundIs = plan.BoundIs,
            Per = plan.Per,
            Costs = costs,
        }),
    ];

    private Costs CostsOf(Counters counted, CpuTimes cpu, double units) => new()
    {
        Statements = Cluster.CountsStatements ? counted.Statements / units : null,
        Commits = Options.Quick ? null : counted.Commits / units,
        Rows = Options.Quick ? null : counted.Rows / units,
        WalBytes = counted.WalBytes / units,
        DatabaseMicroseconds = cpu.Database.TotalMicroseconds / units,
        ProgramMicroseconds = cpu.Program.TotalMicroseconds / units,
    };

    private static string Text(double value) => FormattableString.Invariant($"{value:N1}");

    private async Task<Counters> ReadAsync(MeasuringPlan plan, CancellationToken cancellationToken)
    {
        if (plan.EndsSessions)
        {
            await Task.Delay(SessionEnd, cancellationToken);
        }

        return await Counters.ReadAsync(Cluster, plan.Database, cancellationToken);
    }

    private Task SettleAsync(MeasuringPlan plan, CancellationToken cancellationToken) =>
        Options.Quick || plan.EndsSessions ? Task.CompletedTask : Task.Delay(ReportInterval, cancellationToken);
}
