using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Events;

/// <summary>Something that has happened, as whoever reports it says.</summary>
internal sealed record IntentEvent
{
    public required string Tenant { get; init; }

    public required Guid Id { get; init; }

    /// <summary>Null: of the end of a run that has no user.</summary>
    public required string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Type { get; init; }

    /// <summary>An object; what is inserted by SQL may be anything.</summary>
    public required Value Payload { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Of the end of a run, and of what its steps report: how many runs in a row, each started by such an event of the one before.</summary>
    public int Depth { get; init; }

    /// <summary>What a trigger's <c>match</c> sees as <c>event</c>.</summary>
    public Value ToValue() => Value.Object(
        ("event_id", Id.ToString()), ("type", Type), ("user_id", UserId), ("intent_id", IntentId), ("payload", Payload),
        ("created_at", Value.Date((CreatedAt - DateTime.UnixEpoch).TotalMilliseconds)));
}

/// <summary>A workflow that waits for an event and could not be started by it.</summary>
internal sealed record EventError(string WorkflowKey, string Message);

/// <summary>A run that an event has started.</summary>
internal sealed record EventRun
{
    public required Guid WorkflowRunId { get; init; }

    public required string WorkflowKey { get; init; }

    public required string Status { get; init; }
}

/// <summary>What became of a reported event.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Runs">The runs that it has started; not those that start later, from what is collected.</param>
/// <param name="Errors">The workflows that it should have started and could not.</param>
/// <param name="IsReplay">It was reported before, under the same idempotency key.</param>
internal sealed record EventReceipt(Guid EventId, IReadOnlyList<EventRun> Runs, IReadOnlyList<EventError> Errors, bool IsReplay);

/// <summary>A stored event.</summary>
internal sealed record EventRow
{
    public required Guid EventId { get; init; }

    /// <summary>Null: of the end of a run that has no user.</summary>
    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Type { get; init; }

    /// <summary>JSON.</summary>
    public required string Payload { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Null: the workflows that wait for it are not started yet.</summary>
    public DateTime? DispatchedAt { get; init; }

    /// <summary>JSON: <c>[{workflow_key, message}]</c>; null: none.</summary>
    public string? Errors { get; init; }
}

/// <summary>Which events a list holds.</summary>
internal sealed record EventFilter
{
    public required string Tenant { get; init; }

    public string? Type { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    /// <summary>The last event of the page before.</summary>
    public Guid? Before { get; init; }

    public required int Limit { get; init; }
}
