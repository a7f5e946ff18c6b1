using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Events;

/// <summary>
/// Reports an intent event. Its id comes from the step's idempotency key: however often the attempt is made, there is one
/// event, written together with the runs that it starts.
/// </summary>
internal sealed class EmitEventExecutor(
    EventDispatcher events, EventQueries queries, OrchestratorOptions options, TimeProvider time, ILogger<EmitEventExecutor> log) : IStepExecutor
{
    public Type Action => typeof(EmitEventAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (EmitEventAction)attempt.Step.Action;
        var reported = new IntentEvent
        {
            Tenant = attempt.Run.Tenant,
            Id = StableId.Of($"{attempt.Run.Tenant}:event:step:{attempt.IdempotencyKey}"),
            Type = action.EventType.Render(attempt.Scope).ToText(),
            UserId = Text(action.UserId, attempt, attempt.Run.UserId),
            IntentId = Text(action.IntentId, attempt, attempt.Run.IntentId) is { Length: > 0 } intent ? intent : null,
            Payload = action.Payload?.Render(attempt.Scope) is { IsNullish: false } payload ? payload : Value.EmptyObject,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        if (Problem(reported) is { } problem)
        {
            return new AttemptFailed(new Failure(FailureKind.Invalid, $"Step '{attempt.Step.Id}': {problem}"));
        }

        EventReceipt? receipt = null;
        await Retry.WhileUnreachableAsync(
            async () => receipt = await ReportAsync(
                reported with { Depth = await queries.DepthOfEmittedAsync(reported.Tenant, attempt.Run.Id, cancellationToken) }, cancellationToken),
            options.Lease, time, (error, wait) => Log.CannotReport(log, wait.TotalMilliseconds, error.Message));
        attempt.Log.Info($"Event {reported.Type} ({reported.Id}) started {receipt!.Runs.Count} runs{(receipt.IsReplay ? ", before" : "")}");
        return new AttemptSucceeded(Value.Object(
            ("event_id", reported.Id.ToString()),
            ("event_type", reported.Type),
            ("dispatched", Value.Array(receipt.Runs.Select(run => Value.Object(
                ("workflow_key", run.WorkflowKey), ("workflow_run_id", run.WorkflowRunId.ToString())))))));
    }

    /// <summary>An attempt before this one may have reported it, with other words where its templates read the clock: that one holds.</summary>
    private async Task<EventReceipt> ReportAsync(IntentEvent reported, CancellationToken cancellationToken) =>
        await events.ReportAsync(reported, cancellationToken)
        ?? new EventReceipt(reported.Id, await queries.RunsAsync(reported.Tenant, reported.Id, cancellationToken), [], IsReplay: true);

    private static string Text(Template? template, StepAttempt attempt, string? ofRun) =>
        template is null ? ofRun ?? "" : template.Render(attempt.Scope).ToText();

    private string? Problem(IntentEvent reported) =>
        reported.Type.Length is 0 or > EmitEventAction.MaxText ? $"`event_type` came to {reported.Type.Length} characters; it has to have 1 to {EmitEventAction.MaxText}."
        : RunEnd.Is(reported.Type) ? $"`event_type` came to {reported.Type}, which is kept for the ends of runs: the service notes them itself."
        : string.IsNullOrEmpty(reported.UserId) ? "an event belongs to a user, and the run has none. Give the step a `user_id`."
        : reported.UserId.Length > EmitEventAction.MaxText ? $"`user_id` came to {reported.UserId.Length} characters; {EmitEventAction.MaxText} are allowed."
        : reported.IntentId?.Length > EmitEventAction.MaxText ? $"`intent_id` came to {reported.IntentId.Length} characters; {EmitEventAction.MaxText} are allowed."
        : reported.Payload.Kind != ValueKind.Object ? $"`payload` has to be an object, but came to {reported.Payload.Kind}."
        : System.Text.Encoding.UTF8.GetByteCount(reported.Payload.ToJson()) is var size && size > options.MaxResponseBytes
            ? $"`payload` has {size} bytes; {options.MaxResponseBytes} are allowed (Orchestrator:MaxResponseBytes)."
        : null;
}
