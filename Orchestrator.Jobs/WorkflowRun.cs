using System.Text.Json;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs;

/// <summary>A run as it stands.</summary>
public sealed record WorkflowRun
{
    public required Guid RunId { get; init; }

    public required string WorkflowKey { get; init; }

    /// <summary>The version that it was started with, and keeps.</summary>
    public required int WorkflowVersion { get; init; }

    public required RunState State { get; init; }

    /// <summary>It will not change any more.</summary>
    public bool HasEnded => State.IsTerminal();

    /// <summary>What started it: <c>code</c>, <c>api</c>, <c>cron</c>, …</summary>
    public required string Trigger { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required int Priority { get; init; }

    /// <summary>Steps that have not ended.</summary>
    public required int OpenSteps { get; init; }

    /// <summary>UTC, as all times here; by the database's clock.</summary>
    public required DateTime CreatedAt { get; init; }

    public DateTime? ScheduledAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    /// <summary>The inputs; null in lists.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>What it came to; null in lists, and until it has succeeded.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>Why it failed: <c>{message, step_id, timestamp, attempts}</c>; null in lists, and where it has not.</summary>
    public JsonElement? Error { get; init; }

    /// <summary>The output as a type of yours, properties in snake_case; the default where there is none.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public T? OutputAs<T>() => Output is { } output ? output.Deserialize<T>(LibraryJson.Options) : default;
}

/// <summary>A step of a run as it stands.</summary>
public sealed record WorkflowStep
{
    /// <summary>Its id in the file.</summary>
    public required string StepId { get; init; }

    public required StepState State { get; init; }

    /// <summary>What a waiting or failed step waits for: <c>dependencies</c>, <c>schedule</c>, <c>retry</c>.</summary>
    public string? WaitingFor { get; init; }

    /// <summary>Attempts begun.</summary>
    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    /// <summary>UTC: its next attempt, or its timer.</summary>
    public DateTime? NextRunAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    /// <summary>Its result; null: there is none yet.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>What went wrong in the newest attempt that failed; null once the step has succeeded.</summary>
    public string? Error { get; init; }
}

/// <summary>Which runs a list has.</summary>
public sealed record RunQuery
{
    public string Tenant { get; init; } = DispatchRequest.DefaultTenant;

    public RunState? State { get; init; }

    public string? WorkflowKey { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    /// <summary>Made at or after then.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made before then.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary><see cref="RunPage.Next"/> of the page before. Default: from the newest.</summary>
    public Guid? After { get; init; }

    /// <summary>Runs a page, 1 to 1,000. Default 50.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A page of runs, newest first.</summary>
/// <param name="Runs">The runs, without inputs, output and error.</param>
/// <param name="Next">For <see cref="RunQuery.After"/>; null: this is the last page.</param>
public sealed record RunPage(IReadOnlyList<WorkflowRun> Runs, Guid? Next);
