using System.Globalization;
using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>
/// <c>timeout_ms</c> of a step that takes turns: the time for all of them, by the database's clock. Its first turn sets
/// the end; a turn after that which would go on waiting is the last.
/// </summary>
internal static class Deadline
{
    private const string Name = "deadline";

    /// <summary>Whether the step's time is over.</summary>
    public static bool IsOver(StepAttempt attempt) => Of(attempt) <= attempt.Scope.Now;

    /// <summary>The result of a turn, in the step's time.</summary>
    public static AttemptResult Bound(StepAttempt attempt, AttemptResult result)
    {
        if (result is not (AttemptOpened or AttemptWaits) || Of(attempt) is not { } deadline)
        {
            return result;
        }

        var left = deadline - attempt.Scope.Now!.Value;
        if (left <= TimeSpan.Zero)
        {
            return Over(attempt.Step);
        }

        return result switch
        {
            AttemptOpened opened => opened with { LookAgain = opened.LookAgain < left ? opened.LookAgain : left, Data = Keep(attempt, opened.Data, deadline) },
            AttemptWaits waits => waits with { LookAgain = waits.LookAgain < left ? waits.LookAgain : left, Data = Keep(attempt, waits.Data, deadline) },
            _ => result,
        };
    }

    /// <summary>How a step ends whose time is over.</summary>
    public static AttemptResult Over(StepDefinition step) => ((ControlAction)step.Action).ContinuesAfterTimeout
        ? new AttemptSucceeded(Value.Null)
        : new AttemptFailed(new Failure(
            FailureKind.Timeout, $"No end within {step.Timeout!.Value.TotalMilliseconds:0} ms (timeout_ms of step '{step.Id}').")
        { IsFinal = true });

    private static DateTime? Of(StepAttempt attempt) =>
        attempt.Step is not { Timeout: { } timeout, Action: ControlAction } ? null
        : attempt.Kept[Name] is { Kind: ValueKind.String } kept ? DateTime.Parse(kept.AsString(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
        : attempt.Scope.Now!.Value + timeout;

    private static Value Keep(StepAttempt attempt, Value data, DateTime deadline) =>
        (data.Kind == ValueKind.Object ? data : attempt.Progress.Data.Kind == ValueKind.Object ? attempt.Progress.Data : Value.EmptyObject)
        .With(nameof(StepAttempt.Mark), attempt.Mark)
        .With(Name, deadline.ToString("O"));

    /// <summary>Runs an attempt, or a part of it, in the time that it has; when that is over it has failed.</summary>
    public static async Task<AttemptResult> WithinAsync(
        StepAttempt attempt, TimeSpan timeout, TimeProvider time, Func<CancellationToken, Task<AttemptResult>> run, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await run(either.Token);
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new AttemptFailed(new Failure(
                FailureKind.Timeout, $"No end within {timeout.TotalMilliseconds:0} ms (timeout_ms of step '{attempt.Step.Id}')."));
        }
    }
}
