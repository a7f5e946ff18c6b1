using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Executors;

/// <summary>What has become of the blocks that a step has opened.</summary>
internal sealed class BlockResults(IBlockSource source)
{
    /// <summary>The next turn is when one more block has ended than until now.</summary>
    public static Wake AtNext(StepAttempt attempt, bool onFailure = false) => new(attempt.Progress.Blocks.Ended + 1, OnFailure: onFailure);

    /// <summary>All blocks in their order, with the results of those that have ended well.</summary>
    /// <param name="attempt">Of the step that has opened them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="named">Steps, by index, that are to be in memory besides.</param>
    public async Task<IReadOnlyList<BlockResult>> OfAsync(StepAttempt attempt, CancellationToken cancellationToken, params IReadOnlyList<int> named) =>
        await OfAsync(attempt, await source.ListAsync(attempt, newestOnly: false, cancellationToken), named, cancellationToken);

    private async Task<IReadOnlyList<BlockResult>> OfAsync(
        StepAttempt attempt, IReadOnlyList<BlockRow> rows, IReadOnlyList<int> named, CancellationToken cancellationToken)
    {
        var blueprint = attempt.Workflow.Definition.Blueprint;
        var steps = rows
            .Where(row => !row.IsOpen)
            .SelectMany(row => blueprint.Bodies[row.Body].Sinks
                .Concat(named.Where(step => blueprint.BodyOf(step) == row.Body))
                .Select(step => row.First + blueprint.Position(step)))
            .Distinct()
            .ToArray();
        await source.LoadStepsAsync(attempt.Memory, steps, cancellationToken);
        return [.. rows.Select(row => new BlockResult(row.Iteration, row.Body, row.First, row.IsOpen, row.DeadStep, ResultOf(attempt, row)))];
    }

    /// <summary>What the newest block has come to.</summary>
    public async Task<Value> OfLastAsync(StepAttempt attempt, CancellationToken cancellationToken) =>
        (await OfAsync(attempt, [(await source.ListAsync(attempt, newestOnly: true, cancellationToken))[^1]], [], cancellationToken))[^1].Result;

    /// <summary>The failure of the step, because a step that it contains has failed.</summary>
    public async Task<AttemptFailed> FailedAsync(StepAttempt attempt, CancellationToken cancellationToken) =>
        attempt.Progress.Blocks.FailedStep is { } step
            ? new AttemptFailed(new Failure(FailureKind.Given, await ErrorAsync(attempt, step, cancellationToken)))
            : new AttemptFailed(new Failure(FailureKind.Unexpected, "A block failed, and no step of it is known to have."));

    /// <summary>Which step failed, and why.</summary>
    public async Task<string> ErrorAsync(StepAttempt attempt, int number, CancellationToken cancellationToken)
    {
        var (step, error) = await source.FindErrorAsync(attempt, number, cancellationToken);
        return $"{step}: {error ?? "it failed"}";
    }

    /// <summary>How many items a <c>for_each</c> has.</summary>
    public Task<int> CountItemsAsync(StepAttempt attempt, CancellationToken cancellationToken) => source.CountItemsAsync(attempt, cancellationToken);

    /// <summary>Whether items may be added from now on.</summary>
    public Task TakeItemsAsync(StepAttempt attempt, bool takes, CancellationToken cancellationToken) => source.TakeItemsAsync(attempt, takes, cancellationToken);

    /// <summary>Whether a step of an ended block took place: what was skipped or cancelled has no result, what failed and is passed over has one.</summary>
    public static bool TookPlace(StepAttempt attempt, BlockResult block, int step) =>
        attempt.Memory.Step(block.First + attempt.Workflow.Definition.Blueprint.Position(step)) is { } known
        && (known.State == StepState.Success || !known.Output.IsUndefined);

    /// <summary>Of the step that nothing else in the body depends on; of several such, their results by id.</summary>
    private static Value ResultOf(StepAttempt attempt, BlockRow row)
    {
        var blueprint = attempt.Workflow.Definition.Blueprint;
        Value Of(int step) => attempt.Memory.Step(row.First + blueprint.Position(step))?.Output is { IsUndefined: false } output ? output : Value.Null;
        var sinks = blueprint.Bodies[row.Body].Sinks;
        return row.IsOpen ? Value.Undefined
            : sinks is [var only] ? Of(only)
            : Value.Object(sinks.Select(sink => KeyValuePair.Create(attempt.Workflow.Step(sink).Id, Of(sink))));
    }
}

/// <summary>A block of a step.</summary>
/// <param name="Iteration">Which one.</param>
/// <param name="Body">Of which body.</param>
/// <param name="First">Number of its first step.</param>
/// <param name="IsOpen">It has not ended.</param>
/// <param name="DeadStep">Number of the step that failed it; null: none.</param>
/// <param name="Result">Undefined while it is open.</param>
internal sealed record BlockResult(int Iteration, int Body, int First, bool IsOpen, int? DeadStep, Value Result)
{
    public bool HasFailed => !IsOpen && DeadStep is not null;
}
