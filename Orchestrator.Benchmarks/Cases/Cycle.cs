using System.Diagnostics;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Dispatch;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>
/// An autonomous cycle over agents with fifty events each, scored by the six formulas that ship, from its trigger to its end:
/// a Hangfire job an agent, its evaluation stored with every number. The thresholds are out of reach, so that nothing is started.
/// </summary>
internal sealed class Cycle : IBenchmark
{
    private const int Batch = 10;

    private static readonly string[] Formulas = ["feed_review", "like", "comment", "share", "post_creator", "bookmark"];

    private static readonly int[] Sizes = [1_000, 10_000, 100_000];

    private const string Fill =
        """
        set search_path = orchestrator;
        insert into agents (username) select 'agent_' || n from generate_series(1, @agents) n;
        insert into agent_events (agent_id, event_type, created_at)
        select a.id, (array['feed_reviewed', 'post_liked', 'comment_made', 'content_shared', 'post_created', 'post_bookmarked', 'conversation_started'])[1 + (a.id + n) % 7],
          now() - n * (1 + a.id % 5) * interval '37 minutes'
        from agents a cross join generate_series(1, 50) n
        order by a.id, n desc;
        analyze agents;
        analyze agent_events;
        """;

    public string Name => "cycle";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var size in Sizes.Select(harness.Options.Scale))
        {
            figures.AddRange(await MeasureAsync(harness, size, cancellationToken));
        }

        return figures;
    }

    private async Task<IReadOnlyList<Figure>> MeasureAsync(Harness harness, int agents, CancellationToken cancellationToken)
    {
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        foreach (var key in Formulas)
        {
            var yaml = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "workflows", $"{key}.yml"), cancellationToken);
            await service.PutAsync(key, OutOfReach(yaml), cancellationToken);
        }

        await using var source = NpgsqlDataSource.Create(service.ConnectionString);
        await using (var connection = await source.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition(Fill, new { agents }, commandTimeout: 0, cancellationToken: cancellationToken));
        }

        using var memory = new PeakMemory();
        var figures = await harness.MeasureAsync(
            new MeasuringPlan
            {
                Benchmark = Name,
                Titles = [$"{agents} agents evaluated by {Formulas.Length} formulas"],
                Unit = "agents/s",
                Database = service.Database,
                Run = async cancel => [agents / (await RunAsync(service, cancel)).TotalSeconds],
                Bound = cancel => ReadAsync(source, agents, cancel),
                BoundIs = $"the agents with their events read, {Batch} at a time; 1 connection",
                Per = "agent",
                UnitsPerRun = agents,
            },
            cancellationToken);
        Console.WriteLine($"cycle: {agents} agents: the service has used at most {memory.Mebibytes:N0} MiB");
        return figures;
    }

    private static string OutOfReach(string yaml) => Regex.Replace(
        Regex.Replace(yaml, "^  base_threshold:.*\n", "", RegexOptions.Multiline), "^readiness:\n", "readiness:\n  base_threshold: 1000\n", RegexOptions.Multiline);

    private static async Task<TimeSpan> RunAsync(BenchmarkedService service, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var wish = new CycleWish { Tenant = DispatchRequest.DefaultTenant, Type = "manual" };
        var job = (await service.Get<CycleStart>().StartAsync(wish, cancellationToken)).Job;
        var queries = service.Get<CycleQueries>();
        while (await queries.FindAsync(wish.Tenant, job, cancellationToken) is { } cycle)
        {
            switch (cycle.Status)
            {
                case "completed":
                    return Stopwatch.GetElapsedTime(started);
                case "failed":
                    throw new InvalidOperationException(cycle.ErrorMessage);
                default:
                    await Task.Delay(20, cancellationToken);
                    break;
            }
        }

        throw new InvalidOperationException("The cycle is gone.");
    }

    private static async Task<double> ReadAsync(NpgsqlDataSource source, int agents, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        for (var first = 1; first <= agents; first += Batch)
        {
            long[] ids = [.. Enumerable.Range(first, Batch).Select(static id => (long)id)];
            await AgentActivityReader.ReadAsync(connection, DispatchRequest.DefaultTenant, ids, cancellationToken);
        }

        return agents / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The most memory that this process has held, looked at ten times a second.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer _timer;
        private long _bytes;

        public PeakMemory() => _timer = new Timer(_ => _bytes = Math.Max(_bytes, Environment.WorkingSet), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

        public double Mebibytes => _bytes / 1024.0 / 1024.0;

        public void Dispose() => _timer.Dispose();
    }
}
