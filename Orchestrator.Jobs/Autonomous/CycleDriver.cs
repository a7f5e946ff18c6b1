using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>
/// Carries cycles on: step after step while there is something to do, else when a run or the last evaluation ends in this
/// process, when a delay is over, or when the sweeper finds a cycle open, once a second. Every worker process has a driver;
/// which of them goes a step is decided by the cycle's row.
/// </summary>
internal sealed class CycleDriver(
    CycleStep step, CycleSignal signal, Database database, TimeProvider time, ILogger<CycleDriver> log) : BackgroundService
{
    /// <summary>Failures in a row that don't pass by themselves; then the cycle is given up.</summary>
    private const int MaxFailures = 10;

    private static readonly TimeSpan LostInterval = TimeSpan.FromSeconds(30), Idle = TimeSpan.FromMinutes(1), Breath = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<(string Tenant, long Job), int> _failures = [];
    private long _lookedForLost = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Idle;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await signal.WaitAsync(wait, stoppingToken);
                wait = await GoAsync(stoppingToken);

                // Signals of the same moment are one.
                await Task.Delay(wait == TimeSpan.Zero ? TimeSpan.Zero : Breath, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.CycleStands(log, e.Message, Retry.IsPassing(e) ? null : e);
                wait = TimeSpan.FromSeconds(1);
            }
        }
    }

    /// <summary>A step of each open cycle; the answer is the shortest time that one of them wants to wait.</summary>
    internal async Task<TimeSpan> GoAsync(CancellationToken cancellationToken)
    {
        var wait = Idle;
        foreach (var (tenant, job) in await OpenAsync(cancellationToken))
        {
            var next = await GoAsync(tenant, job, cancellationToken);
            wait = next >= TimeSpan.Zero && next < wait ? next : wait;
        }

        return wait;
    }

    private async Task<TimeSpan> GoAsync(string tenant, long job, CancellationToken cancellationToken)
    {
        try
        {
            var wait = await step.GoAsync(tenant, job, IsTimeToFindLost(), cancellationToken);
            _failures.Remove((tenant, job));
            return wait;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !Retry.IsPassing(e))
        {
            var failures = _failures[(tenant, job)] = _failures.GetValueOrDefault((tenant, job)) + 1;
            Log.CycleStepFailed(log, job, failures, MaxFailures, e);
            if (failures >= MaxFailures)
            {
                await step.FailAsync(tenant, job, e.Message, cancellationToken);
            }

            return TimeSpan.FromSeconds(1);
        }
    }

    private bool IsTimeToFindLost()
    {
        if (time.GetElapsedTime(_lookedForLost) < LostInterval)
        {
            return false;
        }

        _lookedForLost = time.GetTimestamp();
        return true;
    }

    private async Task<IReadOnlyList<(string Tenant, long Job)>> OpenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<(string, long)>(new CommandDefinition(SqlText.Load("OpenCycles"), cancellationToken: cancellationToken))];
    }
}
