using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Importing;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Benchmarks.Service;

/// <summary>An instance of WfFormat 1.5, imported with delays and with transforms.</summary>
internal sealed partial record Instance
{
    /// <summary>Its file's name, and its workflows' key with what its steps are.</summary>
    public required string Name { get; init; }

    public required string Delays { get; init; }

    public required string Transforms { get; init; }

    public required int Tasks { get; init; }

    /// <summary>Steps on the way with the most of them.</summary>
    public required int Levels { get; init; }

    /// <summary>Milliseconds of the delays on the way that takes longest.</summary>
    public required double CriticalPath { get; init; }

    /// <summary>Milliseconds that a run with delays may take.</summary>
    public double Bar => CriticalPath + (10 * Levels) + (0.5 * Tasks);

    public string KeyOf(string kind) => $"{kind}_{NoKey().Replace(Name.ToLowerInvariant(), "_")}";

    /// <summary>The instances of a folder; null: the shapes that lie beside the program.</summary>
    /// <exception cref="UsageException">There is none, or one is wrong.</exception>
    public static IReadOnlyList<Instance> ReadAll(string? folder)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "Dags");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
        return files.Length == 0 ? throw new UsageException($"There is no *.json in {folder}.") : [.. files.Order(StringComparer.Ordinal).Select(Read)];
    }

    private static Instance Read(string file)
    {
        var json = File.ReadAllText(file);
        var delays = Import(file, json, ImportAs.Delay);
        var definition = WorkflowParser.Parse(delays, file).Definition!;
        var (levels, ends) = (new int[definition.Steps.Count], new double[definition.Steps.Count]);
        foreach (var step in definition.Graph.Order)
        {
            var parents = definition.Graph.Parents(step);
            levels[step] = 1 + parents.Select(parent => levels[parent]).DefaultIfEmpty().Max();
            ends[step] = Milliseconds(definition.Steps[step]) + parents.Select(parent => ends[parent]).DefaultIfEmpty().Max();
        }

        return new Instance
        {
            Name = Path.GetFileNameWithoutExtension(file),
            Delays = delays,
            Transforms = Import(file, json, ImportAs.Transform),
            Tasks = levels.Length,
            Levels = levels.Max(),
            CriticalPath = ends.Max(),
        };
    }

    private static double Milliseconds(StepDefinition step) => ((DelayAction)step.Action).Ms!.Render(Scope.Empty).AsNumber();

    private static string Import(string file, string json, ImportAs kind) =>
        WfFormat.Import(json, kind) is ({ } yaml, _) ? yaml : throw new UsageException($"{file}: {string.Join(" ", WfFormat.Import(json, kind).Problems)}");

    [GeneratedRegex("[^a-z0-9_-]")]
    private static partial Regex NoKey();
}
