using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>The orchestrator's own recurring jobs, set by each worker that starts; the same by all.</summary>
internal sealed class RecurringWork(IRecurringJobManager recurring, OrchestratorOptions options) : IHostedService
{
    private const string Hourly = "17 * * * *", EveryQuarter = "*/15 * * * *";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        recurring.AddOrUpdate(
            CleanUpJob.RecurringId, Job.FromExpression<CleanUpJob>(job => job.Run(null!)), Hourly, new RecurringJobOptions());
        recurring.AddOrUpdate(
            CleanUpJob.LocksRecurringId, Job.FromExpression<CleanUpJob>(job => job.Locks(null!)), EveryQuarter, new RecurringJobOptions());
        SetCycle();
        return Task.CompletedTask;
    }

    private void SetCycle()
    {
        var cron = options.Autonomous.Cron;
        if (cron.Length == 0)
        {
            recurring.RemoveIfExists(CycleJob.RecurringId);
            return;
        }

        try
        {
            recurring.AddOrUpdate(CycleJob.RecurringId, Job.FromExpression<CycleJob>(job => job.Run(null!)), cron, new RecurringJobOptions());
        }
        catch (ArgumentException e)
        {
            throw new OptionsValidationException(
                "Orchestrator", typeof(OrchestratorOptions), [$"Orchestrator:Autonomous:Cron is '{cron}'; it has to be a cron expression, or empty: {e.Message}"]);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
