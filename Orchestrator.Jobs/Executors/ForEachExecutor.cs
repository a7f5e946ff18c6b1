using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>
/// Opens its body for each item, in windows, and ends with the items' results in the list's order. How many items there
/// are is read at each turn: some may have been added.
/// </summary>
internal sealed class ForEachExecutor(BlockResults results) : IStepExecutor
{
    /// <summary>Items open at once where the file sets no bound: enough for many workers, and little to keep.</summary>
    private const int Window = 500;

    /// <summary>Of a list; more belong into several runs.</summary>
    public const int MaxItems = 1_000_000;

    public Type Action => typeof(ForEachAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (ForEachAction)attempt.Step.Action;
        if (attempt.Phase is null)
        {
            var items = action.Items.Render(attempt.Scope);
            return items.Kind != ValueKind.Array ? Invalid(attempt, $"`items` came to {Kind(items)}; it has to be a list.")
                : items.AsArray().Count > MaxItems ? Invalid(attempt, $"`items` has {items.AsArray().Count} elements; {MaxItems} are allowed.")
                : items.AsArray().Count == 0 ? new AttemptSucceeded(Value.Array([]))
                : Open(attempt, action, items.AsArray().Count) with { Items = [.. items.AsArray().Select(item => item.AsStored())] };
        }

        var blocks = attempt.Progress.Blocks;
        if (!action.PassesOverFailures && blocks.FailedStep is not null)
        {
            return await results.FailedAsync(attempt, cancellationToken);
        }

        var total = await results.CountItemsAsync(attempt, cancellationToken);
        var isEnough = IsEnough(attempt, action, total);
        if (isEnough || blocks.Ended >= total)
        {
            total = await CountForTheLastTimeAsync(attempt, isEnough, cancellationToken);
        }

        return isEnough || blocks.Ended >= total
            ? await EndAsync(attempt, action, isEnough, cancellationToken)
            : Open(attempt, action, total);
    }

    /// <summary>Items are not taken any more, unless some were added at the last moment.</summary>
    private async Task<int> CountForTheLastTimeAsync(StepAttempt attempt, bool isEnough, CancellationToken cancellationToken)
    {
        await results.TakeItemsAsync(attempt, false, cancellationToken);
        var total = await results.CountItemsAsync(attempt, cancellationToken);
        if (!isEnough && attempt.Progress.Blocks.Ended < total)
        {
            await results.TakeItemsAsync(attempt, true, cancellationToken);
        }

        return total;
    }

    private static bool IsEnough(StepAttempt attempt, ForEachAction action, int total)
    {
        var blocks = attempt.Progress.Blocks;
        attempt.Scope.More[RootNames.Step] = Value.Object(
            ("total", total), ("ended", blocks.Ended), ("succeeded", blocks.Succeeded), ("failed", blocks.Ended - blocks.Succeeded));
        return blocks.Succeeded >= action.CompleteAfter || action.CompleteWhen?.Evaluate(attempt.Scope).IsTruthy == true;
    }

    private static AttemptOpened Open(StepAttempt attempt, ForEachAction action, int total)
    {
        var blocks = attempt.Progress.Blocks;
        var limit = action.MaxConcurrency ?? Window;
        var count = Math.Clamp(limit - (blocks.Opened - blocks.Ended), 0, total - blocks.Opened);
        var open = blocks.Opened + count - blocks.Ended;

        // With many open items the next turn is when half of them have ended; with a bound of the file's own, at each end.
        var next = blocks.Opened + count == total ? total
            : action.MaxConcurrency is null ? blocks.Ended + Math.Max(1, open / 2)
            : blocks.Ended + 1;
        return new AttemptOpened(
            [.. Enumerable.Repeat(attempt.Step.Opens[0], count)],
            new Wake(
                action.CompleteWhen is null ? next : blocks.Ended + 1,
                action.CompleteAfter ?? int.MaxValue,
                OnFailure: !action.PassesOverFailures));
    }

    private async Task<AttemptResult> EndAsync(StepAttempt attempt, ForEachAction action, bool isEnough, CancellationToken cancellationToken)
    {
        var all = await results.OfAsync(attempt, cancellationToken);
        var list = new List<Value>(all.Count);
        foreach (var block in all)
        {
            list.Add(block switch
            {
                { IsOpen: true } => Value.Null,
                { DeadStep: { } dead } => Value.Object(("error", await results.ErrorAsync(attempt, dead, cancellationToken))),
                _ => block.Result,
            });
        }

        return new AttemptSucceeded(Value.Array(list)) { LeavesRest = isEnough && action.LeavesRest };
    }

    private static AttemptFailed Invalid(StepAttempt attempt, string problem) =>
        new(new Failure(FailureKind.Invalid, $"Step '{attempt.Step.Id}': {problem}"));

    private static string Kind(Value value) => value.Kind switch
    {
        ValueKind.Undefined => "undefined",
        ValueKind.Null => "null",
        ValueKind.Object => "an object",
        var kind => $"a {kind.ToString().ToLowerInvariant()}",
    };
}
