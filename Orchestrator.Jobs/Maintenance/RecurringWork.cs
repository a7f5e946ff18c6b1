using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.Hosting;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>The orchestrator's own recurring jobs, set by each worker that starts; the same by all.</summary>
internal sealed class RecurringWork(IRecurringJobManager recurring) : IHostedService
{
    private const string Hourly = "17 * * * *";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        recurring.AddOrUpdate(
            CleanUpJob.RecurringId, Job.FromExpression<CleanUpJob>(job => job.Run(null!)), Hourly, new RecurringJobOptions());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
