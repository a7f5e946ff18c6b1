using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>A wish to start a run, wherever it comes from.</summary>
internal sealed record DispatchRequest
{
    public const string DefaultTenant = "default";

    public string Tenant { get; init; } = DefaultTenant;

    public required string WorkflowKey { get; init; }

    /// <summary>Number of a stored content; null: the newest.</summary>
    public int? Version { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    /// <summary>The inputs: an object; undefined is an empty one.</summary>
    public Value Payload { get; init; }

    /// <summary>Laid over the workflow's own initial variables: an object or undefined.</summary>
    public Value Variables { get; init; }

    /// <summary>1 (urgent) to 4 (low); null: the workflow's.</summary>
    public int? Priority { get; init; }

    /// <summary>Not before then; null: at once.</summary>
    public DateTime? ScheduledAt { get; init; }

    /// <summary>What started it: <c>api</c>, <c>command</c>, …</summary>
    public string Trigger { get; init; } = "api";

    public Guid? TriggerEventId { get; init; }

    /// <summary>The step that asks for it; null: none does.</summary>
    public ParentStep? Parent { get; init; }

    /// <summary>Makes the wish count once; null: it counts each time.</summary>
    public IdempotencyKey? Key { get; init; }
}

/// <summary>A step that starts a run.</summary>
/// <param name="Job">The step's job.</param>
/// <param name="Waits">It waits for the run's end, and the run is cancelled when the step has ended before.</param>
/// <param name="Nesting">How many runs the new one is inside of.</param>
internal sealed record ParentStep(JobId Job, bool Waits, int Nesting)
{
    /// <summary>What such a run says that started it.</summary>
    public const string Trigger = "parent";
}

/// <summary>A caller's key, the route it holds for, and a hash of what was asked under it.</summary>
internal sealed record IdempotencyKey(string Scope, string Key, byte[] RequestSha256);

/// <summary>What became of a dispatch. A closed set.</summary>
internal abstract record DispatchOutcome;

/// <summary>There is a run. <paramref name="IsReplay"/>: an earlier request with the same key had made it.</summary>
internal sealed record Dispatched(RunId Run, bool IsReplay) : DispatchOutcome
{
    /// <summary>Where it stands as far as is known: cancelled where it was skipped, since as many runs are open as may be.</summary>
    public RunState State { get; init; } = RunState.Pending;

    /// <summary>Why it was cancelled; null: it was not.</summary>
    public string? Reason { get; init; }
}

/// <summary>There is none, and why.</summary>
internal sealed record DispatchRefused(DispatchRefusal Reason, string Message, IReadOnlyList<InputProblem> Problems) : DispatchOutcome
{
    public DispatchRefused(DispatchRefusal reason, string message)
        : this(reason, message, [])
    {
    }

    /// <summary>Which of several requests it is.</summary>
    public int Index { get; init; }
}
