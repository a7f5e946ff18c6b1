using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Readiness;

/// <summary>A workflow that the autonomous cycle may start.</summary>
public sealed record AgentWorkflow(string Key, ReadinessRule Rule);

/// <summary>How ready an agent is, and for what.</summary>
public sealed record ReadinessEvaluation
{
    /// <summary>Events that were looked at.</summary>
    public required int LastActivityCount { get; init; }

    /// <summary>Hours since the newest event; null: there is none.</summary>
    public required double? HoursSinceLast { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Freshness { get; init; }

    /// <summary>0 to 1.</summary>
    public required double OnlineProbability { get; init; }

    /// <summary>The mean of the two.</summary>
    public double Readiness => (Freshness + OnlineProbability) / 2;

    /// <summary>Every workflow, in the order in which they start.</summary>
    public required IReadOnlyList<WorkflowReadiness> Workflows { get; init; }
}

/// <summary>How ready an agent is for one workflow.</summary>
public sealed record WorkflowReadiness
{
    /// <summary>The workflow's key: what seed 000 calls its type.</summary>
    public required string Type { get; init; }

    public required int Order { get; init; }

    public required double BaseThreshold { get; init; }

    /// <summary>Any finite number; null: the formula failed, and <see cref="Error"/> says why.</summary>
    public double? Score { get; init; }

    /// <summary><c>base_threshold × (1 + (readiness − 0.5))</c>.</summary>
    public required double Threshold { get; init; }

    /// <summary>The score reaches the threshold.</summary>
    public bool Eligible => Score >= Threshold;

    public string? Error { get; init; }
}
