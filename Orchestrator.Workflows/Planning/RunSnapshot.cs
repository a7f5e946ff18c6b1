using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// The part of a run that a decision needs: the steps that ended, those that depend on them, and two numbers of the
/// run. It is as large as the news, not as the run.
/// </summary>
public sealed record RunSnapshot
{
    public required RunState State { get; init; }

    /// <summary>Steps of the run that have not ended.</summary>
    public required int OpenSteps { get; init; }

    /// <summary>Of a reopened run: a step that is dead all the same, so that the run can't succeed; null: none.</summary>
    public int? DeadStep { get; init; }

    /// <summary>By step index.</summary>
    public required IReadOnlyDictionary<int, StepSnapshot> Steps { get; init; }
}

/// <summary>A step as it was before the news.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Pending">How many of the steps that it depends on have not ended.</param>
/// <param name="Present">How many of those that have ended did so well; the others are absent.</param>
public readonly record struct StepSnapshot(StepState State, int Pending, int Present);

/// <summary>A step has ended. A closed set.</summary>
public abstract record StepNews(int Step);

/// <summary>Its result is there.</summary>
public sealed record StepSucceeded(int Step) : StepNews(Step);

/// <summary>Its <c>when</c> was false: it counts as absent for what depends on it.</summary>
public sealed record StepSkipped(int Step) : StepNews(Step);

/// <summary>No attempt is left. <paramref name="Error"/> becomes the run's.</summary>
public sealed record StepDied(int Step, string Error) : StepNews(Step);

/// <summary>Its attempt was stopped because the run had ended.</summary>
public sealed record StepStopped(int Step) : StepNews(Step);
