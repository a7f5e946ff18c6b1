using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>
/// A step that has failed for good and undoes what has ended well before it: one compensation after the other, the newest
/// first. Each turn looks for the next, so that what other branches still end is undone too; of several steps that roll
/// back at the same moment one undoes it, and the others wait for it. How far it reaches: <see cref="RollbackReach"/>. Then the step is dead with its own error; compensations that failed are named there.
/// </summary>
internal sealed class Rollbacks(IBlockSource source, BlockResults blocks)
{
    private const string Error = "error";

    /// <summary>Blocks that the step had opened before it failed.</summary>
    private const string Before = "before";

    /// <summary>Another step undoes what is to be undone next: so long until it is asked again.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    /// <summary>Numbers of the steps that are undone, in that order.</summary>
    public const string Undone = "undone";

    /// <summary>The first turn is at once: only it can look at what is there.</summary>
    public static VerdictOpen Open(StepDefinition step, Failure failure) => new([], default)
    {
        Phase = StepPhase.Rollback,
        Failure = failure,
        Data = Value.Object((Error, Value.Object(("message", failure.Message), ("step_id", step.Id)))),
    };

    public async ValueTask<AttemptResult> GoOnAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var (data, opened) = (attempt.Progress.Data, attempt.Progress.Blocks.Opened);
        var before = data[Before] is { Kind: ValueKind.Number } known ? (int)known.AsNumber() : opened;
        var undone = data[Undone] is { Kind: ValueKind.Array } list ? list.AsArray().Select(number => (int)number.AsNumber()).ToList() : [];
        var all = await blocks.OfAsync(attempt, cancellationToken);
        if (all.Skip(before).Any(block => block.IsOpen))
        {
            // More than the newest are open where an operator has one that failed try again.
            return new AttemptOpened([], new Wake(opened));
        }

        return await source.UndoNextAsync(attempt, RollbackReach.Of(attempt), cancellationToken) switch
        {
            null => new AttemptFailed(new Failure(FailureKind.Given, await MessageAsync(attempt, all.Skip(before), cancellationToken))),
            { IsElsewhere: true } => new AttemptOpened([], Wake.Never) { LookAgain = Again },
            var next => Open(attempt, next.Step, before, undone),
        };
    }

    private static AttemptOpened Open(StepAttempt attempt, UndoneStep step, int before, List<int> undone)
    {
        var workflow = attempt.Workflow;
        var definition = workflow.Step(step.Place?.Step ?? step.Number);
        attempt.Log.Info($"Undoes '{(step.Place is { } place ? workflow.Address(place) : definition.Id)}' by '{definition.Compensate}'");
        var body = workflow.Definition.Blueprint.BodyOf(workflow.IndexOf(definition.Compensate!));
        return new AttemptOpened([body], new Wake(attempt.Progress.Blocks.Opened + 1))
        {
            Undoes = step,
            Data = attempt.Progress.Data.With(Before, before).With(Undone, Value.Array([.. undone.Append(step.Number).Distinct().Select(one => (Value)one)])),
        };
    }

    private async Task<string> MessageAsync(StepAttempt attempt, IEnumerable<BlockResult> compensations, CancellationToken cancellationToken)
    {
        var message = attempt.Progress.Data[Error]["message"].AsString();
        foreach (var failed in compensations.Where(block => block.HasFailed))
        {
            message += $"; not undone: {await blocks.ErrorAsync(attempt, failed.DeadStep!.Value, cancellationToken)}";
        }

        return message;
    }
}
