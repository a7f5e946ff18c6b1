using System.Globalization;
using Hangfire;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Maintenance;

namespace Orchestrator.Jobs.PgCron;

/// <summary>
/// What jobs of <c>cron.job</c> do (<c>pg_cron.sql</c>, which names this class and its methods): the work of the two routes
/// that seed 001's cron calls, here and without a request. The service does it by itself too; to do it twice changes nothing.
/// </summary>
[AutomaticRetry(Attempts = 3)]
public sealed class PgCronJob
{
    private readonly WakeUp _wakeUp;
    private readonly CronCatchUp _cron;

    internal PgCronJob(WakeUp wakeUp, CronCatchUp cron) => (_wakeUp, _cron) = (wakeUp, cron);

    /// <summary>As <c>POST /functions/v1/orchestrator/worker</c>.</summary>
    /// <returns>How many steps it queued, for Hangfire's dashboard.</returns>
    public async Task<string> Worker(CancellationToken cancellationToken)
    {
        var (promoted, requeued) = await _wakeUp.RunAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"promoted {promoted}, requeued {requeued}");
    }

    /// <summary>As <c>POST /functions/v1/cron-orchestrator</c>, of the default tenant.</summary>
    /// <returns>What it dispatched, for Hangfire's dashboard.</returns>
    public async Task<string> CronOrchestrator(CancellationToken cancellationToken)
    {
        var started = await _cron.RunAsync(DispatchRequest.DefaultTenant, cancellationToken);
        return $"dispatched {string.Join(", ", started.Select(run => $"{run.WorkflowKey} {run.Run}"))}".TrimEnd();
    }
}
