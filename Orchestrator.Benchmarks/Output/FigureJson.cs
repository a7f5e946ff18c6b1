using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Benchmarks.Database;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Peers;

namespace Orchestrator.Benchmarks.Output;

/// <summary>Everything measured, for programs.</summary>
internal static class FigureJson
{
    public static async Task WriteAsync(string file, Report report, CancellationToken cancellationToken)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, report, ReportContext.Default.Report, cancellationToken);
    }
}

/// <summary>A whole run of the benchmarks.</summary>
/// <param name="Machine">Where and when.</param>
/// <param name="IdlePerSecond">What the idle service does in a second; taken off the costs.</param>
/// <param name="Figures">What was measured.</param>
/// <param name="Peers">What other engines reached in the same session, in the units of their scripts.</param>
internal sealed record Report(Machine Machine, Counters IdlePerSecond, IReadOnlyList<Figure> Figures, IReadOnlyList<PeerFigure> Peers);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportContext : JsonSerializerContext;
