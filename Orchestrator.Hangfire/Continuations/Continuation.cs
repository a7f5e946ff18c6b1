using Hangfire.Common;
using Hangfire.States;

namespace Hangfire.Continuations;

/// <summary>A child as its parent's parameter names it: an element of a JSON array.</summary>
internal sealed record Continuation(string JobId, JobContinuationOptions Options)
{
    public const string Parameter = "Continuations";

    public static IReadOnlyList<Continuation> ReadAll(string? json) => SerializationHelper.Deserialize<Continuation[]>(json) ?? [];

    public string ToJson() => SerializationHelper.Serialize(this)!;

    /// <summary>What becomes of a child whose parent has ended so.</summary>
    public static IState StateAfter(string parentState, JobContinuationOptions options, IState next)
    {
        var isMet = options == JobContinuationOptions.OnAnyFinishedState
            || (options.HasFlag(JobContinuationOptions.OnlyOnSucceededState) && parentState == SucceededState.StateName)
            || (options.HasFlag(JobContinuationOptions.OnlyOnDeletedState) && parentState == DeletedState.StateName);
        return isMet ? next : new DeletedState { Reason = $"The parent has ended as {parentState}, which the continuation does not wait for." };
    }
}
