using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>
/// A step that has failed for good and undoes what has ended well before it: one compensation after the other, the newest
/// first. Each turn looks for the next, so that what other branches still end is undone too; of several steps that roll
/// back at the same moment one undoes it, and the others wait for it. Then the step is dead with its own error; compensations that failed are named there.
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
        var candidates = Candidates(attempt).ToDictionary(one => one.Number, one => one.Body);
        if (undone.Count > opened - before)
        {
            // Taken by a turn that did not come to open it.
            return Open(attempt, candidates[undone[^1]], before, undone);
        }

        var all = await blocks.OfAsync(attempt, cancellationToken);
        if (all.Skip(before).Any(block => block.IsOpen))
        {
            // More than the newest are open where an operator has one that failed try again.
            return new AttemptOpened([], new Wake(opened));
        }

        return await source.UndoNextAsync(attempt, [.. candidates.Keys.Except(undone)], cancellationToken) switch
        {
            null => new AttemptFailed(new Failure(FailureKind.Given, await MessageAsync(attempt, all.Skip(before), cancellationToken))),
            { IsElsewhere: true } => new AttemptOpened([], Wake.Never) { LookAgain = Again },
            var next => Open(attempt, candidates[next.Step], before, [.. undone, next.Step]),
        };
    }

    private static AttemptOpened Open(StepAttempt attempt, int body, int before, IEnumerable<int> undone)
    {
        attempt.Log.Info($"Undoes '{attempt.Workflow.Step(attempt.Workflow.Definition.Bodies[body].Steps[0]).Id}'");
        return new AttemptOpened([body], new Wake(attempt.Progress.Blocks.Opened + 1))
        {
            Data = attempt.Progress.Data.With(Before, before).With(Undone, Value.Array([.. undone.Select(one => (Value)one)])),
        };
    }

    /// <summary>Steps with a compensation in the failed step's body and in those around it.</summary>
    private static IEnumerable<(int Number, int Body)> Candidates(StepAttempt attempt)
    {
        var blueprint = attempt.Workflow.Definition.Blueprint;
        var named = attempt.Step.OnFailure.Steps;
        for (var (number, place) = (attempt.StepNumber, attempt.Place); ; (number, place) = (place.Owner.Number, place.OfOwner))
        {
            foreach (var step in blueprint.Bodies[blueprint.BodyOf(place?.Step ?? number)].Steps.Select(attempt.Workflow.Step))
            {
                if (step.Compensate is { } undo && (named.Count == 0 || named.Contains(step.Id)))
                {
                    yield return (blueprint.Sibling(number, place, step.Index), blueprint.BodyOf(attempt.Workflow.IndexOf(undo)));
                }
            }

            if (place is null)
            {
                yield break;
            }
        }
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
