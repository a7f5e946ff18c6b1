using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Benchmarks.Measuring;

namespace Orchestrator.Benchmarks.Peers;

/// <summary>What a peer reached in one of the workloads.</summary>
internal sealed record PeerFigure(string Peer, string Workload, string What, Sample Measured);

/// <summary>
/// Other queues and engines, measured in the same session by scripts that are not part of this repository: a folder
/// with <c>up.sh</c>, <c>run-node.sh PEER [WORKLOAD…]</c> and <c>down.sh</c>, which append a JSON object a run to the
/// file that <c>RESULTS</c> names: <c>{"peer", "wl", "run", …figures}</c>. A peer is a <c>node/NAME.mjs</c> there.
/// </summary>
internal static class PeerRuns
{
    /// <summary>Members of a result that are no figures.</summary>
    private static readonly string[] Settings = ["run", "runs", "n", "clients"];

    /// <summary>The workloads that our benchmarks stand beside.</summary>
    private static readonly Dictionary<string, string> Workloads = new()
    {
        ["enqueue"] = "W1",
        ["bulk"] = "W1",
        ["drain"] = "W1",
        ["chain"] = "W2",
        ["lone-chain"] = "W2",
        ["fan"] = "W3",
        ["lone-fan"] = "W3",
        ["latency"] = "W4",
    };

    public static async Task<IReadOnlyList<PeerFigure>> RunAsync(
        string folder, IReadOnlyList<string> benchmarks, int runs, CancellationToken cancellationToken)
    {
        var workloads = benchmarks.Where(Workloads.ContainsKey).Select(name => Workloads[name]).Distinct().ToArray();
        if (workloads.Length == 0)
        {
            return [];
        }

        var results = Path.GetTempFileName();
        try
        {
            await ScriptAsync(folder, "up.sh", [], results, runs, cancellationToken);
            foreach (var peer in Names(folder))
            {
                foreach (var workload in workloads)
                {
                    await ScriptAsync(folder, "run-node.sh", [peer, workload], results, runs, cancellationToken);
                }
            }

            return Figures(await File.ReadAllLinesAsync(results, cancellationToken));
        }
        finally
        {
            await ScriptAsync(folder, "down.sh", [], results, runs, CancellationToken.None);
            File.Delete(results);
        }
    }

    /// <exception cref="UsageException">The folder holds no such scripts.</exception>
    public static void Check(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "run-node.sh")) || Names(folder).Length == 0)
        {
            throw new UsageException($"--peers: {Path.GetFullPath(folder)} has no run-node.sh with peers node/*.mjs.");
        }
    }

    private static string[] Names(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(folder, "node"), "*.mjs").Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => name != "lib").Order(StringComparer.Ordinal),
    ];

    private static PeerFigure[] Figures(IEnumerable<string> results) =>
    [
        .. results.Select(line => JsonDocument.Parse(line).RootElement)
            .SelectMany(run => run.EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.Number && !Settings.Contains(member.Name))
                .Select(member => (Peer: Text(run, "peer"), Workload: Text(run, "wl"), member.Name, Value: member.Value.GetDouble())))
            .GroupBy(one => (one.Peer, one.Workload, one.Name), one => one.Value)
            .Select(group => new PeerFigure(group.Key.Peer, group.Key.Workload, group.Key.Name, new Sample([.. group])))
            .OrderBy(figure => figure.Workload, StringComparer.Ordinal).ThenBy(figure => figure.What).ThenBy(figure => figure.Peer),
    ];

    private static string Text(JsonElement run, string member) => run.GetProperty(member).GetString()!;

    private static async Task ScriptAsync(
        string folder, string script, string[] arguments, string results, int runs, CancellationToken cancellationToken)
    {
        Console.WriteLine($"peers: {script} {string.Join(' ', arguments)}");
        var start = new ProcessStartInfo("bash", [Path.Combine(folder, script), .. arguments]) { RedirectStandardOutput = true };
        start.Environment["RESULTS"] = results;
        start.Environment["RUNS3"] = string.Join(' ', Enumerable.Range(1, runs));
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            Console.WriteLine($"peers: {script} {string.Join(' ', arguments)} ended with {process.ExitCode}; its peer is left out");
        }
    }
}
