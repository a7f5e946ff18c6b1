using System.Globalization;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Parsing;

/// <summary>
/// What a host sets for all steps of a type that fail: their attempts, and what follows (seed 002's recovery strategies).
/// It counts where the step and its file say nothing.
/// </summary>
public sealed class RecoveryDefaults
{
    private static readonly string[] Containers = ["parallel", "race", "loop", "for_each"];

    private readonly Dictionary<string, FailureDraft> _types = new(StringComparer.Ordinal);

    private RecoveryDefaults()
    {
    }

    /// <summary>The host sets nothing.</summary>
    public static RecoveryDefaults None { get; } = new();

    internal FailureDraft? Of(string? type) => type is null ? null : _types.GetValueOrDefault(type);

    /// <summary>Reads a host's settings, by the step type (its <c>-</c> may be <c>_</c>), then by name.</summary>
    /// <param name="settings">As in the configuration: all values are texts; a list has commas.</param>
    /// <param name="types">The types that there are.</param>
    /// <returns>What is set, and everything wrong in it, a sentence each.</returns>
    public static (RecoveryDefaults Defaults, IReadOnlyList<string> Problems) Read(
        IReadOnlyDictionary<string, Dictionary<string, string>> settings, StepCatalog types)
    {
        var (defaults, problems) = (new RecoveryDefaults(), new List<string>());
        foreach (var (key, values) in settings)
        {
            if (types.Names.FirstOrDefault(name => IsCalled(name, key)) is not { } type)
            {
                problems.Add($"Recovery:{key} names no step type; it has to be one of {string.Join(", ", types.Names)}. {(Nearest.Find(key, types.Names) is { } nearest ? $"Did you mean `{nearest}`?" : "")}".TrimEnd());
                continue;
            }

            var draft = new FailureDraft();
            var text = Value.Object([.. values.Select(one => (one.Key, ValueOf(one.Value)))]).ToJson();
            problems.AddRange(WorkflowParser.Read(text, "", root => FailureFields.HostFields.Read(draft, root))
                .Select(problem => $"Recovery:{key}:{problem.Path} is '{Given(values, problem.Path)}': {problem.Message}{Allowed(problem.Path)}. {problem.Hint}".TrimEnd()));
            if (Containers.Contains(type) && (draft.IsRetry || !draft.Retry.IsEmpty))
            {
                problems.Add($"Recovery:{key} gives attempts to steps that contain others, which are not tried again as a whole: set them for the types inside.");
            }

            if (!defaults._types.TryAdd(type, draft))
            {
                problems.Add($"Recovery:{key} sets '{type}' a second time.");
            }
        }

        return (defaults, problems);
    }

    private static bool IsCalled(string name, string key) =>
        name.Equals(key, StringComparison.OrdinalIgnoreCase) || name.Replace('-', '_').Equals(key, StringComparison.OrdinalIgnoreCase);

    private static string? Given(Dictionary<string, string> values, string path) =>
        values.FirstOrDefault(one => path.StartsWith(one.Key, StringComparison.OrdinalIgnoreCase)).Value;

    private static string Allowed(string name) => FailureFields.HostFields.Find(name)?.Shape is { Minimum: { } least, Maximum: { } most }
        ? string.Create(CultureInfo.InvariantCulture, $"; it has to be {least} to {most}")
        : "";

    private static Value ValueOf(string text) => text.Contains(',', StringComparison.Ordinal)
        ? Value.Array([.. text.Split(',', StringSplitOptions.TrimEntries).Select(ValueOf)])
        : bool.TryParse(text, out var truth) ? truth
        : double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number
        : text;
}
