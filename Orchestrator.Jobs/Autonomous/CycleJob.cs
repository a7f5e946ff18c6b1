using Hangfire;
using Hangfire.Server;
using Orchestrator.Jobs.Dispatch;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>
/// The recurring job <c>orchestrator:autonomous-cycle</c>: starts a cycle, in place of seed 000's cron. Made again or retried,
/// it starts one; while another cycle runs, none.
/// </summary>
[AutomaticRetry(Attempts = 10)]
public sealed class CycleJob
{
    internal const string RecurringId = "orchestrator:autonomous-cycle";

    private readonly CycleStart _start;

    internal CycleJob(CycleStart start) => _start = start;

    /// <summary>Starts it; a worker's driver carries it out.</summary>
    public Task Run(PerformContext context) => _start.StartAsync(
        new CycleWish { Tenant = DispatchRequest.DefaultTenant, Type = "scheduled", Trigger = $"hangfire:{context.BackgroundJob.Id}" },
        context.CancellationToken.ShutdownToken);
}
