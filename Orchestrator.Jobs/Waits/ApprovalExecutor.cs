using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Waits;

/// <summary>Asks, and waits for the answer. Once its time is over it takes no more: an answer that was accepted counts.</summary>
internal sealed class ApprovalExecutor(Approvals approvals) : IStepExecutor
{
    public Type Action => typeof(ApprovalAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (ApprovalAction)attempt.Step.Action;
        if (attempt.Kept.IsUndefined)
        {
            var (prompt, approvers) = (action.Prompt.Render(attempt.Scope).ToText(), action.Approvers?.Render(attempt.Scope) ?? Value.Undefined);
            if (Problem(prompt, action, approvers) is { } problem)
            {
                return new AttemptFailed(new Failure(FailureKind.Invalid, $"Step '{attempt.Step.Id}': {problem}"));
            }

            await approvals.AskAsync(attempt, prompt, action.Approvers is null ? null : Names(approvers), cancellationToken);
        }
        else if (Deadline.IsOver(attempt))
        {
            await approvals.CloseAsync(attempt, cancellationToken);
        }

        return await approvals.ReadAsync(attempt, cancellationToken) is not { } answer
                ? new AttemptWaits("approval", WaitForEventExecutor.Longest, "Waits for an approval") { Data = attempt.Keep() }
            : answer.Approved || action.PassesRejections ? new AttemptSucceeded(Result(answer))
            : new AttemptFailed(new Failure(FailureKind.Given, $"{answer.By} has rejected it{(answer.Comment is null ? "." : $": {answer.Comment}")}"));
    }

    private static Value Result(ApprovalAnswer answer) => Value.Object(
        ("approved", answer.Approved), ("comment", answer.Comment), ("by", answer.By), ("at", answer.At.ToString("O")));

    private static string? Problem(string prompt, ApprovalAction action, Value approvers) =>
        prompt.Length is 0 or > ApprovalAction.MaxPrompt ? $"`prompt` came to {prompt.Length} characters; it has to have 1 to {ApprovalAction.MaxPrompt}."
        : action.Approvers is not null && (Names(approvers) is not { Count: > 0 and <= ApprovalAction.MaxApprovers } names || names.Any(name => name.Length is 0 or > 200))
            ? $"`approvers` came to {(approvers.IsUndefined ? "undefined" : approvers.ToJson())}; it has to be a name, or a list of 1 to {ApprovalAction.MaxApprovers} names."
        : null;

    /// <summary>Null: it is neither a name nor a list of names.</summary>
    private static List<string>? Names(Value approvers) =>
        approvers.Kind == ValueKind.String ? [approvers.AsString()]
        : approvers.Kind == ValueKind.Array && approvers.AsArray().All(one => one.Kind == ValueKind.String) ? [.. approvers.AsArray().Select(one => one.AsString())]
        : null;
}
