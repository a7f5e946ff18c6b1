using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

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

/// <summary>
/// Cancels the named steps, and those of a scope, where they have not ended: also in the blocks of others. Of what is there
/// once for each item or pass around both it is the one of the same item.
/// </summary>
internal sealed class CancelExecutor(IBlockSource blocks) : IStepExecutor
{
    public Type Action => typeof(CancelAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (CancelAction)attempt.Step.Action;
        var blueprint = attempt.Workflow.Definition.Blueprint;
        var targets = action.Steps.Select(attempt.Workflow.IndexOf)
            .Concat(attempt.Workflow.Definition.Steps.Where(step => action.Scope is not null && step.Scope == action.Scope && step.Index != attempt.Step.Index).Select(step => step.Index))
            .Distinct()
            .ToLookup(step => blueprint.BodyOf(step) == 0);
        List<int> numbers = [.. targets[true]];
        if (targets[false].Any())
        {
            var open = await blocks.ListOpenAsync(attempt, [.. targets[false]], cancellationToken);
            numbers.AddRange(open.Where(step => AreTogether(blueprint, attempt.Place, step.Place)).Select(step => step.Number));
        }

        return new AttemptSucceeded(Value.Null) { Cancels = numbers };
    }

    /// <summary>Whether the innermost body around both is the same block for both.</summary>
    private static bool AreTogether(Blueprint blueprint, StepPlace? place, StepPlace other)
    {
        var count = Math.Min(place?.Owners.Count ?? 0, other.Owners.Count);
        for (var level = 0; level < count; level++)
        {
            if (Inside(place!, level) != Inside(other, level))
            {
                return true;
            }

            if (place!.Owners[level] != other.Owners[level])
            {
                return false;
            }
        }

        return true;

        int Inside(StepPlace of, int level) => blueprint.BodyOf(level + 1 < of.Owners.Count ? of.Owners[level + 1].Step : of.Step);
    }
}
