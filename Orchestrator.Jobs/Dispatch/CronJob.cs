using Hangfire;
using Hangfire.Server;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>
/// The Hangfire job of a workflow's cron trigger or of a schedule in code, made by a recurring job once an occurrence. Its own id is the
/// dispatch's idempotency key: delivered again, or retried, it starts no second run.
/// </summary>
[AutomaticRetry(Attempts = 10)]
public sealed class CronJob
{
    private readonly Dispatcher _dispatcher;

    internal CronJob(Dispatcher dispatcher) => _dispatcher = dispatcher;

    /// <summary>Dispatches the workflow's newest version, without inputs.</summary>
    /// <exception cref="InvalidOperationException">It was refused; Hangfire shows the reason, and tries again.</exception>
    public Task Run(string tenant, string workflowKey, PerformContext context) =>
        DispatchAsync(tenant, workflowKey, "cron", Value.Undefined, context);

    /// <summary>Dispatches the workflow's newest version with the inputs of a schedule in code.</summary>
    /// <exception cref="InvalidOperationException">It was refused; Hangfire shows the reason, and tries again.</exception>
    public Task RunWith(string tenant, string workflowKey, string payload, PerformContext context) =>
        DispatchAsync(tenant, workflowKey, "code_schedule", Value.Parse(payload), context);

    private async Task DispatchAsync(string tenant, string workflowKey, string trigger, Value payload, PerformContext context)
    {
        var outcome = await _dispatcher.DispatchAsync(
            new DispatchRequest
            {
                Tenant = tenant,
                WorkflowKey = workflowKey,
                Trigger = trigger,
                Payload = payload,
                Key = new IdempotencyKey("cron", $"{workflowKey}:{context.BackgroundJob.Id}", []),
            },
            context.CancellationToken.ShutdownToken);
        if (outcome is DispatchRefused refused)
        {
            throw new InvalidOperationException(refused.Message);
        }
    }
}
