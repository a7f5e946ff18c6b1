using System.Globalization;
using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Recording;

/// <content>What a verdict is in rows: the step's next time, what it waits for, and the state of its Hangfire job.</content>
internal sealed partial class RecordRows
{
    private static TimeSpan? Next(StepVerdict verdict) => verdict switch
    {
        VerdictRetry retry => retry.Delay,
        VerdictWait wait => wait.Delay,
        VerdictOpen open => open.LookAgain,
        _ => null,
    };

    private static string? WaitsFor(StepVerdict verdict) => verdict switch
    {
        VerdictRetry => "retry",
        VerdictWait wait => wait.WaitingFor,
        VerdictOpen { Phase: StepPhase.Open } => "steps",
        VerdictOpen open => open.Phase,
        VerdictHeld => "decision",
        _ => null,
    };

    private static string? PhaseOf(StepVerdict verdict) => verdict switch
    {
        VerdictOpen open => open.Phase,
        VerdictWait wait => wait.Phase,
        VerdictHeld => StepPhase.Held,
        _ => null,
    };

    private static (string Name, string? Reason, string? Data) HangfireState(StepRecord record, string serverId)
    {
        var finished = StepJobRows.Time(record.FinishedAt);
        var took = Math.Max(0, (long)(record.FinishedAt - record.StartedAt).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        return record.Verdict switch
        {
            VerdictSuccess => ("Succeeded", null, Value.Object(
                ("SucceededAt", finished), ("PerformanceDuration", took)).ToJson()),
            VerdictSkip => ("Deleted", "Its condition was false", Value.Object(("DeletedAt", finished)).ToJson()),
            VerdictStopped => ("Deleted", "The run has ended", Value.Object(("DeletedAt", finished)).ToJson()),
            VerdictRetry retry => ("Scheduled", retry.Reason, null),
            VerdictWait wait => ("Scheduled", wait.Reason, null),
            VerdictOpen { Failure: { } failure } open => ("Awaiting", $"Waits for its {open.Phase}: {failure.Message}", "{}"),
            VerdictOpen => ("Awaiting", "Waits for its steps", "{}"),
            VerdictHeld held => ("Awaiting", $"Waits for a decision (retry, skip or abort): {held.Failure.Message}", "{}"),
            VerdictPassedOver passed => ("Deleted", $"Passed over: {passed.Failure.Message}", Value.Object(("DeletedAt", finished)).ToJson()),
            VerdictDead dead => ("Failed", "The step is dead", Value.Object(
                ("FailedAt", finished),
                ("ServerId", serverId),
                ("ExceptionType", typeof(StepFailedException).FullName),
                ("ExceptionMessage", dead.Failure.Message),
                ("ExceptionDetails", $"{typeof(StepFailedException).FullName}: {dead.Failure.Message}")).ToJson()),
            _ => throw new ArgumentOutOfRangeException(nameof(record), record.Verdict, null),
        };
    }

    private static string Processing(string serverId, DateTime startedAt) => Value.Object(
        ("ServerId", serverId), ("WorkerId", "continuation"), ("StartedAt", StepJobRows.Time(startedAt))).ToJson();

    private static string? Json(Value value) => value.IsNullish ? null : value.ToJson();

    private static Failure? FailureOf(StepVerdict verdict) => verdict switch
    {
        VerdictRetry retry => retry.Failure,
        VerdictDead dead => dead.Failure,
        VerdictStopped stopped => stopped.Failure,
        VerdictPassedOver passed => passed.Failure,
        VerdictOpen open => open.Failure,
        VerdictHeld held => held.Failure,
        _ => null,
    };

    private static int? StatusCode(StepVerdict verdict) =>
        verdict is VerdictSuccess success ? success.StatusCode : FailureOf(verdict)?.StatusCode;
}
