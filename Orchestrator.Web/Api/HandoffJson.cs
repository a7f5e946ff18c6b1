using System.Text.Json;
using Orchestrator.Jobs.Agents;

namespace Orchestrator.Web.Api;

internal sealed record HandoffList(IReadOnlyList<HandoffJson> Items, int? NextCursor);

/// <summary>What one agent hands on to the next (seed 003). <paramref name="To"/> is null where no agent comes after it.</summary>
internal sealed record HandoffJson(
    HandoffEndJson From, IReadOnlyList<HandoffEndJson>? To, DateTime Timestamp, JsonElement? Data, HandoffMetadataJson Metadata)
{
    public static HandoffJson Of(Handoff handoff) => new(
        HandoffEndJson.Of(handoff.From), handoff.To.Count == 0 ? null : [.. handoff.To.Select(HandoffEndJson.Of)], handoff.At,
        ApiJson.Raw(handoff.Row.Data), new HandoffMetadataJson(handoff.Accuracy, handoff.ValidatedBy, handoff.Row.ExecutionMs));
}

/// <summary>A step and its agent; without a name until one has done the step.</summary>
internal sealed record HandoffEndJson(string StepId, long? AgentId, string? Username)
{
    public static HandoffEndJson Of(HandoffEnd end) => new(end.StepId, end.AgentId, end.Username);
}

internal sealed record HandoffMetadataJson(double? Accuracy, IReadOnlyList<string> ValidatedBy, double? ExecutionMs);
