namespace Orchestrator.Jobs.Agents;

/// <summary>What an agent is made or replaced with.</summary>
internal sealed record AgentContent
{
    public const int MaxUsername = 100;
    public const int MaxAbout = 4000;
    public const int MaxSystemPrompt = 16_000;
    public const int MaxCapabilities = 100;
    public const int MaxCapability = 100;
    public const int MaxEndpoint = 2000;

    public required string Tenant { get; init; }

    /// <summary>One of a tenant, whatever the case of its letters.</summary>
    public required string Username { get; init; }

    public string About { get; init; } = "";

    public string SystemPrompt { get; init; } = "";

    public string[] Capabilities { get; init; } = [];

    /// <summary>Percent that its results have to reach; null: as a step asks.</summary>
    public double? RequiredAccuracy { get; init; }

    /// <summary>Where it is called, an absolute http or https address; null: the service's default.</summary>
    public string? Endpoint { get; init; }

    /// <summary>One of <see cref="AgentStatus.All"/>; null: active for a new one, as it was for another.</summary>
    public string? Status { get; init; }
}

/// <summary>The words of <c>agents.status</c>.</summary>
internal static class AgentStatus
{
    public const string Active = "active";

    /// <summary>No cycle looks at it.</summary>
    public const string Retired = "retired";

    public static string[] All { get; } = [Active, Retired];
}

/// <summary>A row of <c>agents</c>.</summary>
internal sealed record AgentRow
{
    public required long Id { get; init; }

    public required string Username { get; init; }

    public required string About { get; init; }

    public required string SystemPrompt { get; init; }

    public required string[] Capabilities { get; init; }

    public double? RequiredAccuracy { get; init; }

    public string? Endpoint { get; init; }

    public required string Status { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }
}

/// <summary>Which agents a list shows, newest first.</summary>
internal sealed record AgentFilter
{
    public required string Tenant { get; init; }

    public string? Status { get; init; }

    /// <summary>In the username or in what is said about it, in lower case.</summary>
    public string? Words { get; init; }

    /// <summary>Only those made before this one.</summary>
    public long Before { get; init; } = long.MaxValue;

    public required int Limit { get; init; }
}

/// <summary>Something that an agent did, to be stored.</summary>
/// <param name="Type">What.</param>
/// <param name="Data">A JSON object.</param>
/// <param name="At">When; null: now, by the database's clock.</param>
internal sealed record NewAgentEvent(string Type, string Data, DateTime? At)
{
    /// <summary>Characters that <see cref="Data"/> may have.</summary>
    public const int MaxData = 8192;
}

/// <summary>A row of <c>agent_events</c>.</summary>
internal sealed record AgentEventRow
{
    public required long Id { get; init; }

    public required string EventType { get; init; }

    public required string Data { get; init; }

    /// <summary>The run that wrote it; null: it was reported.</summary>
    public Guid? WorkflowRunId { get; init; }

    public required DateTime CreatedAt { get; init; }
}
