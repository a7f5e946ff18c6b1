using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>What follows from the news. Carried out in one transaction, or not at all.</summary>
public sealed record Decisions
{
    /// <summary>Steps that end, in the order in which they do: those of the news, and those skipped because of them.</summary>
    public required IReadOnlyList<StepEnd> Ended { get; init; }

    /// <summary>Steps that may start now, ascending, with their new counters.</summary>
    public required IReadOnlyList<StepCount> Ready { get; init; }

    /// <summary>Steps that still wait, with their new counters.</summary>
    public required IReadOnlyList<StepCount> Counted { get; init; }

    /// <summary>Steps of the run that are open after this.</summary>
    public required int OpenSteps { get; init; }

    /// <summary>The run ends with this; null: it goes on. What has not started is cancelled with it.</summary>
    public RunEnd? End { get; init; }

    /// <inheritdoc cref="RunSnapshot.DeadStep"/>
    public int? DeadStep { get; init; }

    /// <summary>
    /// Steps that the snapshot lacks. Where there are any, nothing else here counts: the caller adds them and asks again.
    /// </summary>
    public IReadOnlyList<int> Missing { get; init; } = [];
}

/// <summary>A step and the terminal state that it reaches, with its counters as they are then.</summary>
public readonly record struct StepEnd(int Step, StepState State, int Pending, int Present);

/// <summary>A step's counters, see <see cref="StepSnapshot"/>.</summary>
public readonly record struct StepCount(int Step, int Pending, int Present);

/// <summary>How a run ends.</summary>
/// <param name="State">A terminal state.</param>
/// <param name="Step">The step whose end decided it; null for a success.</param>
/// <param name="Error">What went wrong; null for a success.</param>
public sealed record RunEnd(RunState State, int? Step = null, string? Error = null);
