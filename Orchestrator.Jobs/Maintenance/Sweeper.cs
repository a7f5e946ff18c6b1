using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Sees to it that nothing stands still: takes steps back from workers that are gone, queues steps whose time has
/// come, fails runs whose time is over, starts what events call for. One look a second; acts only where the look found something. Every worker
/// process sweeps; each act is one transaction that two may try at once.
/// </summary>
internal sealed class Sweeper(
    SweepActions actions, EventDispatcher events, WorkerPresence presence, Leases leases, NearTimers timers, DeliverySignal signal, OrchestratorOptions options,
    TimeProvider time, ILogger<Sweeper> log) : BackgroundService
{
    private static readonly TimeSpan RedeliverInterval = TimeSpan.FromMinutes(1);

    private long _lastRedeliver = time.GetTimestamp();
    private long _lastRenewal = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = options.SweepInterval;
            try
            {
                wait = (await SweepAsync(stoppingToken)).Next is { } next && next < wait ? next : wait;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.SweepFailed(log, e.Message, e);
            }

            try
            {
                await timers.WaitAsync(wait, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>One look and what it calls for. May be asked for besides the sweeper's own, at any time.</summary>
    public async Task<Sweep> SweepAsync(CancellationToken cancellationToken)
    {
        var (promoted, requeued) = (0, 0);
        var look = await actions.LookAsync(cancellationToken);
        signal.OtherWorkers = look.Workers > 1;
        if ((look.DeadWorkers || look.LostLeases) && presence.IsHere)
        {
            requeued += Deliver(await actions.TakeBackAsync(cancellationToken));
        }

        if (look.NextTimer <= TimeSpan.Zero)
        {
            promoted += Deliver(await actions.PromoteAsync(cancellationToken));
        }

        if (look.Overdue)
        {
            await actions.FailOverdueAsync(cancellationToken);
        }

        await RenewAsync(cancellationToken);
        if (time.GetElapsedTime(_lastRedeliver) > RedeliverInterval)
        {
            _lastRedeliver = time.GetTimestamp();
            requeued += Deliver(await actions.RedeliverAsync(cancellationToken));
        }

        var isMore = look.NewEvents && await events.DispatchWaitingAsync(cancellationToken);
        return new Sweep(isMore ? TimeSpan.Zero : look.NextTimer > TimeSpan.Zero ? look.NextTimer : null, promoted, requeued);
    }

    private int Deliver(IReadOnlyList<(string Queue, int Steps)> delivered)
    {
        signal.Delivered([.. delivered.Select(queue => queue.Queue)]);
        return delivered.Sum(queue => queue.Steps);
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_lastRenewal) > options.Lease / 4)
        {
            _lastRenewal = time.GetTimestamp();
            if (leases.Held is { Count: > 0 } held)
            {
                await actions.RenewAsync(held, presence.Id, cancellationToken);
            }
        }
    }
}

/// <summary>What a sweep did.</summary>
/// <param name="Next">Time to the next timer; null: none is known.</param>
/// <param name="Promoted">Steps whose time had come.</param>
/// <param name="Requeued">Steps taken back from lost workers, or delivered again.</param>
internal sealed record Sweep(TimeSpan? Next, int Promoted, int Requeued);

/// <summary>What a look found.</summary>
internal sealed record SweepLook(bool DeadWorkers, bool LostLeases, int Workers, bool Overdue, TimeSpan? NextTimer, bool NewEvents);
