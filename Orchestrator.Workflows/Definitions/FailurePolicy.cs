namespace Orchestrator.Workflows.Definitions;

/// <summary>What follows when a step has failed for good (<c>on_failure</c>; seed 002's recovery strategies).</summary>
/// <param name="Kind">The way.</param>
/// <param name="Steps">Of <see cref="OnFailure.Alternative"/> the one, of <c>rollback</c> those to undo, by id.</param>
/// <param name="Handler">Of <c>escalate</c>: who is to decide, a name in the alert.</param>
public sealed record FailurePolicy(OnFailure Kind, IReadOnlyList<string> Steps, string? Handler = null)
{
    public static FailurePolicy Abort { get; } = new(OnFailure.Abort, []);
}

/// <summary>The ways to go on after a failure.</summary>
public enum OnFailure
{
    /// <summary>The run, or the step that contains it, fails.</summary>
    Abort,

    /// <summary>The step is skipped with a reason, and counts as ended well.</summary>
    Skip,

    /// <summary>The step is dead, and counts as ended well.</summary>
    Continue,

    /// <summary>Another step runs in its place; its result is the step's.</summary>
    Alternative,

    /// <summary>What has ended well is undone, the newest first; then the run fails.</summary>
    Rollback,

    /// <summary>The run pauses, and an operator decides: retry, skip or abort.</summary>
    Escalate,
}
