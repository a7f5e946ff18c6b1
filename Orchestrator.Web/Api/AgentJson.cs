using System.Text.Json;
using Orchestrator.Jobs.Agents;

namespace Orchestrator.Web.Api;

internal sealed record AgentPage(IReadOnlyList<AgentJson> Items, long? NextCursor);

/// <summary>An agent. Its id is a number, as in seed 000.</summary>
internal sealed record AgentJson(
    long Id, string Username, string About, string SystemPrompt, IReadOnlyList<string> Capabilities, double? RequiredAccuracy,
    string? Endpoint, string Status, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static AgentJson Of(AgentRow row) => new(
        row.Id, row.Username, row.About, row.SystemPrompt, row.Capabilities, row.RequiredAccuracy, row.Endpoint, row.Status, row.CreatedAt, row.UpdatedAt);
}

internal sealed record AgentDeleted(bool Ok, long Id);

internal sealed record AgentEventPage(IReadOnlyList<AgentEventJson> Items, long? NextCursor);

/// <summary>The events that were stored just now, in the order in which they were given.</summary>
internal sealed record AgentEventsAnswer(IReadOnlyList<AgentEventJson> Items);

/// <summary>Something that an agent did. <paramref name="WorkflowRunId"/>: the run that wrote it; null: it was reported.</summary>
internal sealed record AgentEventJson(long Id, string EventType, JsonElement? Data, Guid? WorkflowRunId, DateTime CreatedAt)
{
    public static AgentEventJson Of(AgentEventRow row) => new(row.Id, row.EventType, ApiJson.Raw(row.Data), row.WorkflowRunId, row.CreatedAt);
}
