using System.Collections.Frozen;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The types of steps that the format knows.</summary>
internal static class StepTypes
{
    public const string Http = "http";
    public const string Transform = "transform";

    public static FrozenSet<string> Supported { get; } = FrozenSet.ToFrozenSet([Http, Transform]);

    public static FrozenSet<string> Planned { get; } = FrozenSet.ToFrozenSet(
    [
        "agent-task", "script", "condition", "switch", "loop", "for_each", "parallel", "workflow", "delay", "wait_for_event",
        "approval", "emit_event", "notify", "race", "cancel", "fail", "succeed",
    ]);
}
