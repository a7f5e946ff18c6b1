using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Alerts;

/// <summary>Something that a person should see.</summary>
internal sealed record NewAlert
{
    /// <summary>Of <see cref="Message"/>, in characters; what is longer is cut.</summary>
    public const int MaxMessage = 2000;

    /// <summary>A message as it can be stored.</summary>
    public static string Shortened(string message)
    {
        var text = StorableText.Of(message);
        return text.Length <= MaxMessage ? text : text[..(MaxMessage - 1)] + "…";
    }

    public required string Tenant { get; init; }

    /// <summary>The same for all attempts to raise it: it is raised once.</summary>
    public required Guid AlertId { get; init; }

    public Guid? WorkflowRunId { get; init; }

    public string? StepId { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>What raised it, such as <c>notify</c>.</summary>
    public required string Type { get; init; }

    public required string Message { get; init; }

    /// <summary>JSON; null: nothing.</summary>
    public string? Data { get; init; }
}

/// <summary>The words for where an alert stands.</summary>
internal static class AlertStatus
{
    public static string[] All { get; } = ["open", "acknowledged", "resolved"];
}

/// <summary>A stored alert.</summary>
internal sealed record AlertRow
{
    public required Guid AlertId { get; init; }

    public Guid? WorkflowRunId { get; init; }

    public string? StepId { get; init; }

    public required string Severity { get; init; }

    public required string Type { get; init; }

    public required string Message { get; init; }

    /// <summary>JSON.</summary>
    public string? Data { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTime? ResolvedAt { get; init; }
}

/// <summary>Which alerts a list holds.</summary>
internal sealed record AlertFilter
{
    public required string Tenant { get; init; }

    public string? Status { get; init; }

    public string? Severity { get; init; }

    public string? Type { get; init; }

    public Guid? WorkflowRunId { get; init; }

    /// <summary>The last alert of the page before.</summary>
    public Guid? Before { get; init; }

    public required int Limit { get; init; }
}
