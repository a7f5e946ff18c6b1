using Orchestrator.Jobs.Dispatch;
using Orchestrator.Workflows.Inputs;

namespace Orchestrator.Jobs;

/// <summary>A wish to start a run.</summary>
/// <param name="WorkflowKey">The workflow's <c>key</c>.</param>
public sealed record RunRequest(string WorkflowKey)
{
    /// <summary>Number of a stored version. Default: the newest.</summary>
    public int? Version { get; init; }

    /// <summary>
    /// The run's inputs: an anonymous object, a record, a dictionary, a <see cref="System.Text.Json.JsonElement"/> – anything
    /// that is a JSON object. Properties are written in snake_case.
    /// </summary>
    public object? Payload { get; init; }

    /// <summary>Laid over the workflow's own initial <c>variables</c>; as <see cref="Payload"/>.</summary>
    public object? Variables { get; init; }

    /// <summary>The user it is for, up to 200 characters; <c>user.id</c> in expressions.</summary>
    public string? UserId { get; init; }

    /// <summary>Your own name for what the run is about, up to 200 characters.</summary>
    public string? IntentId { get; init; }

    /// <summary>1 (urgent) to 4 (low). Default: the workflow's.</summary>
    public int? Priority { get; init; }

    /// <summary>Not before then. Default: at once.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>Up to 255 characters: the same request under the same key makes one run, however often it comes
    /// within 24 hours.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whose run it is. Default: the one tenant of a host that has no others.</summary>
    public string Tenant { get; init; } = DispatchRequest.DefaultTenant;
}

/// <summary>There is a run.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="IsReplay">An earlier request under the same idempotency key had made it.</param>
public sealed record DispatchedRun(Guid RunId, bool IsReplay);

/// <summary>Why there is no run.</summary>
public enum DispatchRefusal
{
    /// <summary>There is no workflow of that key, or it was withdrawn.</summary>
    UnknownWorkflow,

    /// <summary>The workflow has no such version.</summary>
    UnknownVersion,

    /// <summary>The stored workflow can't be read by this program, which may lack a step type that it uses.</summary>
    UnreadableWorkflow,

    /// <summary>The inputs are not as the workflow wants them, or another part of the request is wrong.</summary>
    InvalidInput,

    /// <summary>The idempotency key was used for another request.</summary>
    KeyReused,
}

/// <summary>A run was not started, and nothing of it was written; a transaction that it was to be part of can go on.</summary>
public sealed class DispatchRefusedException : Exception
{
    internal DispatchRefusedException(DispatchRefused refused)
        : base(refused.Message) => (Reason, Problems, Index) = (refused.Reason, refused.Problems, refused.Index);

    public DispatchRefusal Reason { get; }

    /// <summary>What is wrong with the inputs, one by one.</summary>
    public IReadOnlyList<InputProblem> Problems { get; }

    /// <summary>Which of several requests it is, from 0.</summary>
    public int Index { get; }
}
