using System.Globalization;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Waits;

/// <summary>
/// Waits for an event of the run's user, or a signal to the run. A turn takes what is there, or waits until it is told
/// to look. What it has taken is the attempt's own from then on: a crash before the recording finds it again.
/// </summary>
internal sealed class WaitForEventExecutor(EventWaits waits) : IStepExecutor
{
    /// <summary>Steps are told when to look; this is for hints that somebody has deleted by hand.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private const string Since = "since";
    private const string Name = "event";

    public Type Action => typeof(WaitForEventAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (WaitForEventAction)attempt.Step.Action;
        var kept = attempt.Kept;
        var name = kept[Name] is { Kind: ValueKind.String } known ? known.AsString() : action.Event.Render(attempt.Scope).ToText();
        if (name.Length is 0 or > EmitEventAction.MaxText || RunEnd.Is(name))
        {
            return new AttemptFailed(new Failure(
                FailureKind.Invalid, $"Step '{attempt.Step.Id}': `event` came to '{name}'; it has to have 1 to {EmitEventAction.MaxText} characters, and can't be the end of a run."));
        }

        if (await waits.FindTakenAsync(attempt, cancellationToken) is { } taken)
        {
            return Result(taken);
        }

        var since = kept[Since] is { Kind: ValueKind.String } from
            ? DateTime.Parse(from.AsString(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            : action.Buffers ? attempt.Run.CreatedAt : attempt.Scope.Now!.Value;
        await waits.RegisterAsync(attempt, name, cancellationToken);
        return await waits.TakeAsync(attempt, name, since, one => Fits(attempt, action, one), cancellationToken) is { } found
            ? Result(found)
            : new AttemptWaits("event", Longest, $"Waits for event '{name}'") { Data = attempt.Keep((Name, name), (Since, since.ToString("O"))) };
    }

    private static bool Fits(StepAttempt attempt, WaitForEventAction action, IntentEvent one)
    {
        attempt.Scope.More[RootNames.Event] = one.ToValue();
        return action.Match?.Evaluate(attempt.Scope).IsTruthy != false;
    }

    private static AttemptSucceeded Result(IntentEvent one) => new(Value.Object(
        ("id", one.Id.ToString()), ("type", one.Type), ("time", one.CreatedAt.ToString("O")), ("user_id", one.UserId), ("payload", one.Payload)));
}
