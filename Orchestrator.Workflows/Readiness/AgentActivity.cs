using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Readiness;

/// <summary>An agent and what it has done lately: all that its readiness is worked out from.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Events">Its newest <see cref="ReadinessEvaluator.NewestEvents"/> events, newest first.</param>
public sealed record AgentActivity(AgentProfile Agent, IReadOnlyList<AgentEvent> Events);

/// <summary>An agent as formulas and runs see it.</summary>
public sealed record AgentProfile
{
    public required long Id { get; init; }

    public required string Username { get; init; }

    public string About { get; init; } = "";

    public string SystemPrompt { get; init; } = "";

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>In UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>As an object with the names of the API: <c>id, username, about, system_prompt, capabilities, created_at</c>.</summary>
    public Value ToValue() => Value.Object(
        ("id", Id),
        ("username", Username),
        ("about", About),
        ("system_prompt", SystemPrompt),
        ("capabilities", Value.Array(Capabilities.Select(capability => Value.Of(capability)))),
        ("created_at", Value.Date(Calendar.Milliseconds(CreatedAt))));
}

/// <summary>Something that an agent did.</summary>
/// <param name="EventType">What, such as <c>post_liked</c>.</param>
/// <param name="CreatedAt">When, in UTC.</param>
/// <param name="Data">Whatever is known of it: a JSON object.</param>
public sealed record AgentEvent(string EventType, DateTime CreatedAt, Value Data)
{
    /// <summary>Characters that <see cref="EventType"/> may have.</summary>
    public const int MaxTypeLength = 100;
}
