using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Control;

/// <summary>A wish for a run that goes on from another.</summary>
internal sealed record RestartWish
{
    /// <summary>Who wishes it, and why.</summary>
    public required Orderer By { get; init; }

    /// <summary>Address of the step from which it goes on; null: from the start, or from the snapshot.</summary>
    public string? FromStep { get; init; }

    /// <summary>Number of the snapshot from which it goes on; null: none. What is open in the other run is cancelled.</summary>
    public int? Snapshot { get; init; }

    /// <summary>Laid over the other run's variables: an object or undefined.</summary>
    public Value Variables { get; init; }

    /// <summary>Number of a stored content; null: the one of the other run.</summary>
    public int? Version { get; init; }

    /// <summary>Makes the wish count once; null: each wish counts.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <summary>It does not count for a run that another goes on from already.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Nothing is taken over.</summary>
    public bool IsFromStart => FromStep is null && Snapshot is null;

    /// <summary>What the new run says that started it.</summary>
    public const string Trigger = "restart";
}

/// <summary>What became of a wish for a restart. A closed set.</summary>
internal abstract record RestartOutcome;

/// <summary>There is a run.</summary>
internal sealed record Restarted(RunId Run, bool IsReplay) : RestartOutcome;

/// <summary>There is no such run, or no such snapshot of it.</summary>
internal sealed record RestartUnknown(string Message) : RestartOutcome;

/// <summary>The run's state, or what it has come to, does not allow it.</summary>
internal sealed record RestartImpossible(string Message) : RestartOutcome;

/// <summary>The wish names something that is not there.</summary>
internal sealed record RestartInvalid(string Message) : RestartOutcome;

/// <summary>The new run could not be dispatched.</summary>
internal sealed record RestartNotDispatched(DispatchRefused Refusal) : RestartOutcome;
