using System.Globalization;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Execution;

/// <summary>Says whether a failed attempt is made again. Pure.</summary>
internal static class Classifier
{
    /// <summary>The wait before the next attempt; null: there is none, the step is dead.</summary>
    /// <param name="policy">The step's.</param>
    /// <param name="failure">Why the attempt failed.</param>
    /// <param name="usedAttempts">Attempts used up, this one among them; those lost with a worker do not count.</param>
    /// <param name="maxAttempts">As the run was dispatched with.</param>
    /// <param name="random">In [0, 1), for the jitter.</param>
    public static TimeSpan? NextAttempt(
        RetryPolicy policy, Failure failure, int usedAttempts, int maxAttempts, double random) =>
        usedAttempts < maxAttempts && IsRetried(policy, failure)
            ? policy.DelayAfter(usedAttempts, random, failure.RetryAfter)
            : null;

    /// <summary>Whether another attempt may be made of what failed so, were there one left.</summary>
    public static bool IsRetried(RetryPolicy policy, Failure failure) =>
        !failure.IsFinal && failure.Kind is not (FailureKind.Expression or FailureKind.Invalid or FailureKind.Poison or FailureKind.Given)
        && (policy.On.Count == 0 ? IsTransient(failure) : policy.On.Any(word => Names(word, failure)));

    private static bool IsTransient(Failure failure) =>
        failure.Kind != FailureKind.Status || failure.StatusCode is 408 or 429 or >= 500;

    private static bool Names(string word, Failure failure) => word switch
    {
        "timeout" => failure.Kind == FailureKind.Timeout,
        "network" => failure.Kind == FailureKind.Network,
        "not_ok" => failure.Kind == FailureKind.NotOk,
        "accuracy" => failure.Kind == FailureKind.Accuracy,
        "script_error" => failure.Kind == FailureKind.Script,
        "5xx" => failure is { Kind: FailureKind.Status, StatusCode: >= 500 },
        _ => failure.Kind == FailureKind.Status
            && failure.StatusCode?.ToString(CultureInfo.InvariantCulture) == word,
    };
}
