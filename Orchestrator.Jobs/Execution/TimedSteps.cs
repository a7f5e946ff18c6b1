using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// Gives steps their turn whose timer this process has set. A turn that is lost here, with the process or to a failure, is the
/// sweeper's: the time stands in the step's row.
/// </summary>
internal sealed class TimedSteps(NearTimers timers, StepRunner runner, Drain drain, ILogger<TimedSteps> log) : BackgroundService
{
    /// <summary>At once: as many as share a claim.</summary>
    private const int MaxAtOnce = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var places = new SemaphoreSlim(MaxAtOnce);
        try
        {
            await foreach (var (tenant, job) in timers.Steps.ReadAllAsync(stoppingToken))
            {
                await places.WaitAsync(stoppingToken);
                _ = RunAsync(tenant, job, places);
            }
        }
        catch (OperationCanceledException)
        {
            // What is under way ends with the drain.
        }

        for (var place = 0; place < MaxAtOnce; place++)
        {
            await places.WaitAsync(CancellationToken.None);
        }
    }

    private async Task RunAsync(string tenant, JobId job, SemaphoreSlim places)
    {
        try
        {
            if (!await runner.WakeAsync(tenant, job, drain))
            {
                // Somebody else has it, or by the database's clock it is not due yet: the sweeper knows.
                timers.Expect(NearTimers.HeadStart);
            }
        }
        catch (Exception e)
        {
            Log.TimedStepFailed(log, job.Run, job.StepIndex, e.Message);
        }
        finally
        {
            places.Release();
        }
    }
}
