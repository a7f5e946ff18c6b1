namespace Orchestrator.Jobs.Queries;

/// <summary>A run's row, as lists show it.</summary>
internal sealed record RunRow
{
    public required Guid WorkflowRunId { get; init; }

    public required string WorkflowKey { get; init; }

    public required int WorkflowVersion { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Trigger { get; init; }

    /// <summary>The event that started it; null: none did.</summary>
    public Guid? TriggerEventId { get; init; }

    /// <summary>The run whose step has started it; null: none did.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>The run that it goes on from; null: it began by itself.</summary>
    public Guid? RestartedFrom { get; init; }

    public required string Status { get; init; }

    public required short Priority { get; init; }

    public required int OpenSteps { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? ScheduledAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    /// <summary>JSON; of a single run only.</summary>
    public string? Payload { get; init; }

    /// <inheritdoc cref="Payload"/>
    public string? Variables { get; init; }

    /// <inheritdoc cref="Payload"/>
    public string? Output { get; init; }

    /// <inheritdoc cref="Payload"/>
    public string? Error { get; init; }
}

/// <summary>A step of a run.</summary>
internal sealed record StepRunRow
{
    public required Guid JobId { get; init; }

    public required string StepId { get; init; }

    public required int StepIndex { get; init; }

    /// <summary>Its id in the file: the last part of its address.</summary>
    public string DefinitionId => StepId[(StepId.LastIndexOf('.') + 1)..];

    public required string Status { get; init; }

    public string? WaitingFor { get; init; }

    /// <summary>The job of another run whose end and result are taken over; null: it is the run's own.</summary>
    public Guid? TakenFrom { get; init; }

    public required short Attempts { get; init; }

    public required short MaxAttempts { get; init; }

    /// <summary>The Hangfire job that carries it, or did; null: it never had one.</summary>
    public long? HangfireJobId { get; init; }

    public DateTime? NextRunAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    /// <summary>JSON.</summary>
    public string? Output { get; init; }

    /// <summary>What went wrong in the newest attempt that failed; null once the step has ended well.</summary>
    public string? Error { get; init; }

    public int? StatusCode { get; init; }

    /// <summary>Of an open step that waits for an approval: what is asked.</summary>
    public string? Prompt { get; init; }

    /// <summary>Attempts that failed, or ended with their worker.</summary>
    public required int FailedAttempts { get; init; }
}

/// <summary>An attempt that has ended.</summary>
internal sealed record AttemptRow
{
    public required string StepId { get; init; }

    public required short Attempt { get; init; }

    public required Guid AttemptId { get; init; }

    public required DateTime StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public required bool Success { get; init; }

    public int? StatusCode { get; init; }

    public string? ErrorText { get; init; }
}

/// <summary>A line of a run's log.</summary>
internal sealed record LogRow
{
    public required DateTime At { get; init; }

    public string? StepId { get; init; }

    /// <summary>Null: no attempt has left it.</summary>
    public short? Attempt { get; init; }

    public required string Level { get; init; }

    public required string Message { get; init; }

    /// <summary>JSON.</summary>
    public string? Data { get; init; }
}
