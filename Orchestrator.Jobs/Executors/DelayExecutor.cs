using System.Globalization;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>Waits until a moment that its first turn has set, by the database's clock.</summary>
internal sealed class DelayExecutor(Random random) : IStepExecutor
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36525);

    public Type Action => typeof(DelayAction);

    public ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var now = attempt.Scope.Now!.Value;
        if (attempt.Phase is not null)
        {
            var until = DateTime.Parse(attempt.Progress.Data["until"].AsString(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
            return ValueTask.FromResult(until <= now ? Over(until) : Wait(until, now));
        }

        var (due, problem) = Due((DelayAction)attempt.Step.Action, attempt.Scope, now);
        return ValueTask.FromResult(
            problem is not null ? new AttemptFailed(new Failure(FailureKind.Invalid, $"Step '{attempt.Step.Id}': {problem}"))
            : due <= now ? Over(due)
            : Wait(due, now));
    }

    /// <summary>What a turn that waits leaves for the next one.</summary>
    public static Value Kept(DateTime until) => Value.Object(("until", until.ToString("O")));

    private static AttemptResult Over(DateTime until) => new AttemptSucceeded(Kept(until));

    private static AttemptResult Wait(DateTime until, DateTime now) =>
        new AttemptWaits(VerdictWait.Timer, until - now, $"Waits until {until:O}") { Data = Kept(until) };

    private (DateTime Due, string? Problem) Due(DelayAction action, StepScope scope, DateTime now)
    {
        if (action.Random is var (min, max))
        {
            return (now.AddMilliseconds(min + ((max - min) * random.NextDouble())), null);
        }

        var value = (action.Ms ?? action.Until)!.Render(scope);
        if (action.Ms is not null)
        {
            return value.Kind == ValueKind.Number && value.AsNumber() is >= 0 and var ms && ms <= Longest.TotalMilliseconds
                ? (now.AddMilliseconds(ms), null)
                : (default, $"`ms` came to {Shown(value)}; it has to be a number of milliseconds from 0 to {Longest.TotalMilliseconds:0}.");
        }

        return Moment(value) is { } moment && moment - now <= Longest
            ? (moment, null)
            : (default, $"`until` came to {Shown(value)}; it has to be a date such as 2026-01-31T12:00:00Z, or milliseconds since 1970.");
    }

    private static DateTime? Moment(Value value) => value.Kind switch
    {
        ValueKind.Date when value.AsTime() is var time && double.IsFinite(time) => DateTime.UnixEpoch.AddMilliseconds(time),
        ValueKind.Number when value.AsNumber() is >= 0 and < 253402300800000 and var ms => DateTime.UnixEpoch.AddMilliseconds(ms),
        ValueKind.String when DateTimeOffset.TryParse(
            value.AsString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) => date.UtcDateTime,
        _ => null,
    };

    private static string Shown(Value value) => value.IsUndefined ? "undefined" : value.ToJson() is var json && json.Length > 100 ? json[..100] + "…" : json;
}
