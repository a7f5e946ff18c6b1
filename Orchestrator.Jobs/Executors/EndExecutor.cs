using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>Ends the run, well or not.</summary>
internal sealed class EndExecutor : IStepExecutor
{
    private const int MaxMessage = 2000;

    public Type Action => typeof(EndAction);

    public ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (EndAction)attempt.Step.Action;
        return ValueTask.FromResult<AttemptResult>(action.Succeeds
            ? new AttemptSucceeded(action.Output?.Render(attempt.Scope) ?? Value.Null) { EndsRun = true }
            : new AttemptFailed(new Failure(FailureKind.Given, Message(attempt, action))) { EndsRun = true });
    }

    private static string Message(StepAttempt attempt, EndAction action)
    {
        var message = action.Message?.Render(attempt.Scope) is { IsNullish: false } value
            ? value.Kind == ValueKind.String ? value.AsString() : value.ToJson()
            : $"Step '{attempt.Step.Id}' fails the run.";
        return message.Length <= MaxMessage ? message : message[..MaxMessage];
    }
}

/// <summary>Cancels the named steps, and those of a scope, where they have not ended.</summary>
internal sealed class CancelExecutor : IStepExecutor
{
    public Type Action => typeof(CancelAction);

    public ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (CancelAction)attempt.Step.Action;
        var definition = attempt.Workflow.Definition;
        var targets = action.Steps.Select(attempt.Workflow.IndexOf)
            .Concat(definition.Steps.Where(step => action.Scope is not null && step.Scope == action.Scope && step.Index != attempt.Step.Index).Select(step => step.Index));
        int[] numbers = [.. targets
            .Select(step => StepNumbers.Find(definition.Blueprint, attempt.Memory, attempt.StepNumber, attempt.Place, step))
            .OfType<int>()
            .Distinct()];
        return ValueTask.FromResult<AttemptResult>(new AttemptSucceeded(Value.Null) { Cancels = numbers });
    }
}
