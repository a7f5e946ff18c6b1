using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>A step that has failed and has an alternative: it waits for that one, and has its result.</summary>
internal sealed class Alternatives(BlockResults blocks)
{
    public static VerdictOpen Open(StepDefinition step, int body, Failure failure) => new([body], default)
    {
        Phase = StepPhase.Alternative,
        Failure = failure,
        Data = Value.Object(("error", Value.Object(("message", failure.Message), ("step_id", step.Id)))),
    };

    public async ValueTask<AttemptResult> GoOnAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var all = await blocks.OfAsync(attempt, cancellationToken);
        return all[^1] switch
        {
            { IsOpen: true } => new AttemptOpened([], BlockResults.AtNext(attempt)),
            { HasFailed: true } => await blocks.FailedAsync(attempt, cancellationToken),

            // It was skipped or cancelled: nothing took the step's place.
            var none when !BlockResults.TookPlace(attempt, none, attempt.Workflow.Definition.Bodies[none.Body].Steps[0]) =>
                new AttemptFailed(new Failure(FailureKind.Given, attempt.Progress.Data["error"]["message"].AsString())),

            // The alternative of a condition chooses nothing in its place.
            var block => new AttemptSucceeded(block.Result) { NotTaken = attempt.Workflow.Definition.Blueprint.Rule(attempt.Step.Index).Targets },
        };
    }
}
