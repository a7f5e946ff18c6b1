using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>Opens its bodies, so many at a time, and ends with the named steps' results by id.</summary>
internal sealed class ParallelExecutor(BlockResults results) : IStepExecutor
{
    public Type Action => typeof(ParallelAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (ParallelAction)attempt.Step.Action;
        var blocks = attempt.Progress.Blocks;
        if (blocks.FailedStep is not null)
        {
            return await results.FailedAsync(attempt, cancellationToken);
        }

        var bodies = attempt.Step.Opens;
        if (blocks.Ended < bodies.Count)
        {
            var free = Math.Max(0, (action.MaxConcurrency ?? bodies.Count) - (blocks.Opened - blocks.Ended));
            var next = bodies.Skip(blocks.Opened).Take(free).ToArray();
            var isLast = blocks.Opened + next.Length == bodies.Count;
            return new AttemptOpened(next, new Wake(isLast ? bodies.Count : blocks.Ended + 1, OnFailure: true));
        }

        var all = await results.OfAsync(attempt, cancellationToken, [.. action.Steps.Select(attempt.Workflow.IndexOf)]);
        return new AttemptSucceeded(Value.Object(action.Steps.Select(id => KeyValuePair.Create(id, ResultOf(attempt, all, id)))));
    }

    private static Value ResultOf(StepAttempt attempt, IReadOnlyList<BlockResult> blocks, string id)
    {
        var blueprint = attempt.Workflow.Definition.Blueprint;
        var step = attempt.Workflow.IndexOf(id);
        var block = blocks.First(one => one.Body == blueprint.BodyOf(step));
        return attempt.Memory.Step(block.First + blueprint.Position(step))?.Output is { IsUndefined: false } output ? output : Value.Null;
    }
}

/// <summary>
/// Opens its bodies side by side; the first that ends well is the winner: <c>{winner, result}</c>. A named step that was
/// skipped or cancelled took no part; where none did, the race is skipped.
/// </summary>
internal sealed class RaceExecutor(BlockResults results) : IStepExecutor
{
    public Type Action => typeof(RaceAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var blocks = attempt.Progress.Blocks;
        var bodies = attempt.Step.Opens;
        if (blocks.Opened == 0)
        {
            return new AttemptOpened(bodies, new Wake(bodies.Count, Succeeded: 1));
        }

        var action = (RaceAction)attempt.Step.Action;
        var all = await results.OfAsync(attempt, cancellationToken, [.. action.Steps.Select(attempt.Workflow.IndexOf)]);
        var winner = all.FirstOrDefault(block => !block.IsOpen && !block.HasFailed && BlockResults.TookPlace(attempt, block, attempt.Workflow.IndexOf(Named(block))));
        return winner is not null
            ? new AttemptSucceeded(Value.Object(("winner", Named(winner)), ("result", winner.Result)))
            : all.Any(block => block.IsOpen) ? new AttemptOpened([], new Wake(bodies.Count, Succeeded: blocks.Succeeded + 1))
            : all.Any(block => block.HasFailed) ? await results.FailedAsync(attempt, cancellationToken)
            : new AttemptSkipped();

        string Named(BlockResult block) => action.Steps[bodies.ToList().IndexOf(block.Body)];
    }
}
