using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>
/// Makes a workflow an agent workflow (<c>readiness</c>): the autonomous cycle starts it for an agent whose score reaches
/// <c>base_threshold × (1 + (readiness − 0.5))</c> (seed 000).
/// </summary>
public sealed record ReadinessRule
{
    /// <summary>The <see cref="Order"/> of one that names none: after those that do (seed 000).</summary>
    public const int DefaultOrder = 999;

    /// <summary>The <see cref="BaseThreshold"/> of one that names none (seed 000).</summary>
    public const double DefaultBaseThreshold = 0.6;

    /// <summary>Place among the workflows of one agent, lower is sooner; those alike go by key.</summary>
    public int Order { get; init; } = DefaultOrder;

    /// <summary>The threshold at a readiness of 0.5.</summary>
    public double BaseThreshold { get; init; } = DefaultBaseThreshold;

    /// <summary>From the agent and its newest events to a number; it sees what <c>docs/readiness.md</c> lists.</summary>
    public required Expression Score { get; init; }

    /// <summary>Type of the agent event that a run which ended well writes, such as <c>feed_reviewed</c>; null: none.</summary>
    public string? Event { get; init; }
}
