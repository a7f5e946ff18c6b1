namespace Orchestrator.Workflows.Definitions;

/// <summary>
/// The end of a run as other workflows wait for it: an event whose type says how it ended and of which workflow it was,
/// such as <c>workflow.completed:nightly_report</c>. The database writes it with the end itself.
/// </summary>
public static class RunEnd
{
    /// <summary>Runs that may follow each other, each started by the end of the one before, or by an event that one of its steps reports: more go in a circle.</summary>
    public const int MaxDepth = 20;

    private const string Completed = "workflow.completed:";
    private const string Failed = "workflow.failed:";

    /// <summary>What a trigger's <c>on</c> may say, with the event types that stand for it.</summary>
    internal static IReadOnlyDictionary<string, string> Prefixes { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["completed"] = Completed, ["failed"] = Failed };

    /// <summary>Whether events of this type are the ends of runs: nobody may report one.</summary>
    public static bool Is(string eventType) =>
        eventType.StartsWith(Completed, StringComparison.Ordinal) || eventType.StartsWith(Failed, StringComparison.Ordinal);

    /// <summary>Whether this is the end of a run of that workflow.</summary>
    public static bool IsOf(string eventType, string workflowKey) => Prefixes.Values.Any(prefix => eventType == prefix + workflowKey);
}
