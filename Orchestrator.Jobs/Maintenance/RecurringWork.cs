using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.Hosting;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>The orchestrator's own recurring jobs, set by each worker that starts; the same by all.</summary>
internal sealed class RecurringWork(IRecurringJobManager recurring) : IHostedService
{
    private const string Hourly = "17 * * * *", EveryQuarter = "*/15 * * * *";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        recurring.AddOrUpdate(
            CleanUpJob.RecurringId, Job.FromExpression<CleanUpJob>(job => job.Run(null!)), Hourly, new RecurringJobOptions());
        recurring.AddOrUpdate(
            CleanUpJob.LocksRecurringId, Job.FromExpression<CleanUpJob>(job => job.Locks(null!)), EveryQuarter, new RecurringJobOptions());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
