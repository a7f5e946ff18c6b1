using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>
/// Opens its body pass by pass. Its result is <c>{iterations, result}</c>: how many passes there were, and what the last
/// one came to.
/// </summary>
internal sealed class LoopExecutor(BlockResults results) : IStepExecutor
{
    private const string Paused = "paused";

    public Type Action => typeof(LoopAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (LoopAction)attempt.Step.Action;
        var blocks = attempt.Progress.Blocks;
        if (blocks.FailedStep is not null)
        {
            return await results.FailedAsync(attempt, cancellationToken);
        }

        if (blocks.Ended < blocks.Opened)
        {
            return new AttemptOpened([], new Wake(blocks.Opened, OnFailure: true));
        }

        attempt.Scope.More[RootNames.Iteration] = blocks.Opened;
        var isAfterPause = attempt.Progress.Data is { Kind: ValueKind.Object } data && data[Paused].Kind == ValueKind.Number && data[Paused].AsNumber() == blocks.Opened;
        if (!isAfterPause)
        {
            // Seed 002: maxIterations is a safety limit; what was done until then stands.
            if (blocks.Opened >= action.MaxIterations
                || (blocks.Opened > 0 && action.BreakCondition?.Evaluate(attempt.Scope).IsTruthy == true)
                || action.Condition?.Evaluate(attempt.Scope).IsTruthy == false)
            {
                return await EndAsync(attempt, cancellationToken);
            }

            if (blocks.Opened > 0 && action.Delay > TimeSpan.Zero)
            {
                return new AttemptWaits(VerdictWait.Timer, action.Delay, "Waits between two passes") { Data = Value.Object((Paused, blocks.Opened)) };
            }
        }

        return new AttemptOpened([attempt.Step.Opens[0]], new Wake(blocks.Opened + 1, OnFailure: true));
    }

    private async Task<AttemptResult> EndAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var blocks = attempt.Progress.Blocks;
        var last = blocks.Opened == 0 ? Value.Null : await results.OfLastAsync(attempt, cancellationToken);
        return new AttemptSucceeded(Value.Object(("iterations", blocks.Opened), ("result", last)));
    }
}
