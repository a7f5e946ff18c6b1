using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>Chooses the steps that start, and says so in its result: <c>{value, taken}</c>.</summary>
internal sealed class BranchExecutor : IStepExecutor
{
    public Type Action => typeof(BranchAction);

    public ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (BranchAction)attempt.Step.Action;
        var chosen = action.Cases.Select((one, index) => (one, index)).FirstOrDefault(pair => pair.one.When.Evaluate(attempt.Scope).IsTruthy);
        var taken = chosen.one?.Steps ?? action.Otherwise;
        return ValueTask.FromResult<AttemptResult>(new AttemptSucceeded(Value.Object(
            ("value", action.Type == "condition" ? Value.Of(chosen.one is not null) : chosen.one is null ? Value.Null : Value.Of(chosen.index)),
            ("taken", Value.Array(taken.Select(id => Value.Of(id))))))
        {
            NotTaken = [.. action.Targets.Except(taken).Select(attempt.Workflow.IndexOf)],
        });
    }
}
