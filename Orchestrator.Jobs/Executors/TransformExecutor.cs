using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Executors;

/// <summary>An expression becomes the result.</summary>
internal sealed class TransformExecutor : IStepExecutor
{
    public Type Action => typeof(TransformAction);

    public ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (TransformAction)attempt.Step.Action;
        return ValueTask.FromResult<AttemptResult>(new AttemptSucceeded(action.Value.Render(attempt.Scope)));
    }
}
