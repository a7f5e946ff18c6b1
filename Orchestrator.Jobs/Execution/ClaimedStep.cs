using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Execution;

/// <summary>What every step of a run is told about it.</summary>
internal sealed record RunInfo
{
    public required string Tenant { get; init; }

    public required RunId Id { get; init; }

    public required string WorkflowKey { get; init; }

    public required int WorkflowVersion { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Trigger { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Of the run; a step may have its own.</summary>
    public int Priority { get; init; } = Priorities.Medium;

    public static RunInfo Of(string tenant, RunRow row) => new()
    {
        Tenant = tenant,
        Id = new RunId(row.WorkflowRunId),
        WorkflowKey = row.WorkflowKey,
        WorkflowVersion = row.WorkflowVersion,
        UserId = row.UserId,
        IntentId = row.IntentId,
        Trigger = row.Trigger,
        CreatedAt = row.CreatedAt,
        Priority = row.Priority,
    };
}

/// <summary>An attempt that this worker may make: it holds the step's lease under <see cref="Attempt"/>.</summary>
internal sealed record ClaimedStep
{
    public required RunInfo Run { get; init; }

    public required JobId Job { get; init; }

    /// <summary>Where it stands; null: in the workflow's own body.</summary>
    public StepPlace? Place { get; init; }

    /// <summary>Its index in the definition.</summary>
    public int Definition => Place?.Step ?? Job.StepIndex;

    /// <summary>What it is at; null: this is its first turn.</summary>
    public string? Phase { get; init; }

    /// <summary>Number of this attempt; fences its writes.</summary>
    public required int Attempt { get; init; }

    /// <summary>Attempts since the newest reset that ended with their worker; they use nothing up.</summary>
    public required int Lost { get; init; }

    public required int MaxAttempts { get; init; }

    /// <summary>Attempts before the newest reset; they use nothing up either.</summary>
    public int BaseAttempts { get; init; }

    /// <summary>How often an operator has reset the step; part of its idempotency key.</summary>
    public int Resets { get; init; }

    /// <summary>Attempts used up, this one among them.</summary>
    public int Used => Attempt - BaseAttempts - Lost;

    /// <summary>By the database's clock.</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>The worker that holds the lease.</summary>
    public required int Worker { get; init; }

    public required string Queue { get; init; }
}
