using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Benchmarks.Database;
using Orchestrator.Benchmarks.Measuring;

namespace Orchestrator.Benchmarks.Output;

/// <summary>Everything measured, for programs.</summary>
internal static class FigureJson
{
    public static async Task WriteAsync(
        string file, Machine machine, Counters idle, IReadOnlyList<Figure> figures, CancellationToken cancellationToken)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, new Report(machine, idle, figures), ReportContext.Default.Report, cancellationToken);
    }
}

/// <summary>A whole run of the benchmarks.</summary>
/// <param name="Machine">Where and when.</param>
/// <param name="IdlePerSecond">What the idle service does in a second; taken off the costs.</param>
/// <param name="Figures">What was measured.</param>
internal sealed record Report(Machine Machine, Counters IdlePerSecond, IReadOnlyList<Figure> Figures);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportContext : JsonSerializerContext;
