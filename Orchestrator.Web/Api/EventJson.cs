using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Jobs.Events;

namespace Orchestrator.Web.Api;

internal sealed record StartedRunJson(string WorkflowKey, Guid WorkflowRunId)
{
    public static StartedRunJson Of(EventRun run) => new(run.WorkflowKey, run.WorkflowRunId);
}

internal sealed record EventErrorJson(string WorkflowKey, string Message)
{
    public static IReadOnlyList<EventErrorJson> Of(IEnumerable<EventError> errors) =>
        [.. errors.Select(error => new EventErrorJson(error.WorkflowKey, error.Message))];
}

/// <summary>What a reported event has started, and which workflows it could not.</summary>
internal sealed record EventAnswer(Guid EventId, IReadOnlyList<StartedRunJson> Dispatched, IReadOnlyList<EventErrorJson> Errors);

internal sealed record EventPage(IReadOnlyList<EventJson> Items, Guid? NextCursor);

internal sealed record EventRunJson(string WorkflowKey, Guid WorkflowRunId, string Status);

internal record EventJson
{
    [JsonPropertyOrder(-1)]
    public required Guid EventId { get; init; }

    public required string Type { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public JsonElement? Payload { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? DispatchedAt { get; init; }

    public required IReadOnlyList<EventErrorJson> Errors { get; init; }

    public static EventJson Of(EventRow row) => new()
    {
        EventId = row.EventId,
        Type = row.Type,
        UserId = row.UserId,
        IntentId = row.IntentId,
        Payload = ApiJson.Raw(row.Payload),
        CreatedAt = row.CreatedAt,
        DispatchedAt = row.DispatchedAt,
        Errors = EventErrorJson.Of(EventDispatcher.Read(row.Errors)),
    };
}

/// <summary>An event with the runs that it has started.</summary>
internal sealed record EventDetail : EventJson
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public EventDetail(EventJson json, IReadOnlyList<EventRunJson> runs)
        : base(json) => Runs = runs;

    public IReadOnlyList<EventRunJson> Runs { get; }
}

/// <summary>What a wake-up has put into the queues.</summary>
internal sealed record WorkerAnswer(bool Ok, int Promoted, int Requeued);

internal sealed record CronAnswer(bool Ok, IReadOnlyList<CronRunJson> Dispatched);

internal sealed record CronRunJson(string WorkflowKey, Guid WorkflowRunId, DateTime Occurrence);
