using Hangfire;
using Hangfire.Server;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>
/// The Hangfire job of a workflow's cron trigger or of a schedule in code, made by a recurring job once an occurrence. The
/// dispatch's idempotency key is made of the workflow, the trigger and the time for which it was scheduled: delivered
/// again, retried, or made by two schedulers, an occurrence starts one run. Of a schedule in code it is the job's own id.
/// </summary>
[AutomaticRetry(Attempts = 10)]
public sealed class CronJob
{
    /// <summary>Hangfire's reason of a job that somebody has triggered by hand.</summary>
    private const string ByHand = "Triggered using recurring job manager";

    private readonly Dispatcher _dispatcher;
    private readonly WorkflowCatalog _workflows;

    internal CronJob(Dispatcher dispatcher, WorkflowCatalog workflows) => (_dispatcher, _workflows) = (dispatcher, workflows);

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
        var cancellationToken = context.CancellationToken.ShutdownToken;
        var request = await RequestAsync(tenant, workflowKey, context, cancellationToken);
        if (await _dispatcher.DispatchAsync(request with { Trigger = trigger, Payload = payload }, cancellationToken) is DispatchRefused refused)
        {
            throw new InvalidOperationException(refused.Message);
        }
    }

    private async Task<DispatchRequest> RequestAsync(
        string tenant, string workflowKey, PerformContext context, CancellationToken cancellationToken)
    {
        var recurringJob = context.GetJobParameter<string>("RecurringJobId");
        var number = recurringJob is null ? null : CronTriggers.TriggerOf(tenant, recurringJob)?.Number;
        var workflow = await _workflows.FindAsync(tenant, workflowKey, null, cancellationToken);
        var trigger = number is { } place ? workflow?.Definition.Triggers.OfType<CronTrigger>().ElementAtOrDefault(place) : null;
        return trigger is not null && !IsByHand(context) && Occurrence(trigger, context) is { } occurrence
            ? CronOccurrence.Request(tenant, workflowKey, number!.Value, occurrence)
            : CronOccurrence.RequestOfJob(tenant, workflowKey, context.BackgroundJob.Id);
    }

    /// <summary>
    /// Hangfire's parameter <c>Time</c> is the occurrence, or, of a job that stands for several that were missed, may be the
    /// oldest of them or the time of its making: that job is taken for the newest.
    /// </summary>
    private static DateTime? Occurrence(CronTrigger trigger, PerformContext context)
    {
        var time = DateTime.UnixEpoch.AddSeconds(context.GetJobParameter<long>("Time"));
        var made = context.BackgroundJob.CreatedAt;
        return trigger.LastUntil(trigger.Misfire == Misfire.All || time > made ? time : made);
    }

    private static bool IsByHand(PerformContext context) =>
        context.Storage.GetMonitoringApi().JobDetails(context.BackgroundJob.Id)?.History?.Any(state => state.Reason == ByHand) == true;
}
