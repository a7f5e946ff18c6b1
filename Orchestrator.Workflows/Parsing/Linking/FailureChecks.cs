using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>What steps say of their failures has to be something that can happen.</summary>
internal static class FailureChecks
{
    public static void Check(IReadOnlyList<StepDraft> steps, StepIndex index, Report report)
    {
        foreach (var step in steps)
        {
            if (step.OnFailure is { Kind: OnFailure.Rollback } rollback)
            {
                CheckRollback(step, rollback, steps, index, report);
            }

            if (step.OnFailure?.AlternativeAgent is { } agent && step.Action is not (null or AgentTaskAction))
            {
                agent.Error("only an `agent-task` has an alternative agent", "Name a step: { strategy: alternative, step: backup }.");
            }

            if (step.Action is ParallelAction or LoopAction or ForEachAction or RaceAction && HasRetry(step))
            {
                step.Field.Error(
                    $"`{step.Id?.Id}` contains other steps, and is not tried again as a whole", "Give `retry` to the steps that it contains.");
            }
        }
    }

    private static bool HasRetry(StepDraft step) =>
        !step.Retry.IsEmpty || !step.Retries.IsEmpty || step.OnFailure is { IsRetry: true } || step.OnFailure?.Retry.IsEmpty == false;

    /// <summary>What is to be undone says how.</summary>
    private static void CheckRollback(StepDraft step, FailureDraft rollback, IReadOnlyList<StepDraft> steps, StepIndex index, Report report)
    {
        foreach (var named in Dependencies.Resolve(step, rollback.Rollback, index, report).Where(named => named.Compensate is null))
        {
            step.Field.Error($"the rollback names `{named.Id?.Id}`, which has no `compensate`", "Give it the step that undoes it, or remove it here.");
        }

        if (rollback.Rollback.Count == 0 && steps.All(other => other.Compensate is null))
        {
            step.Field.Error("the rollback has nothing to undo", "Give the steps before it a `compensate`: the step that undoes each.");
        }
    }
}
