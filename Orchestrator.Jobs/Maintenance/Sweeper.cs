using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Operators;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Sees to it that nothing stands still: takes steps back from workers that are gone, queues steps whose time has
/// come, fails runs whose time is over, starts what events call for, carries out what operators did in Hangfire. One look a second; acts only where the look found something. Every worker
/// process sweeps; each act is one transaction that two may try at once. An act that fails keeps none of the others from being done.
/// </summary>
internal sealed class Sweeper(
    SweepActions actions, HangfireActions operators, Recoveries recoveries, Snapshots snapshots, Escalations escalations, EventDispatcher events, CycleSignal cycles, WorkerPresence presence, NearTimers timers, RateLimits limits, ExclusiveLocks locks, RunSlots slots, DeliverySignal signal, OrchestratorOptions options,
    TimeProvider time, ILogger<Sweeper> log) : BackgroundService
{
    /// <summary>No act does fewer at a time, where there are as many.</summary>
    private const int SmallestBatch = 100;

    private static readonly TimeSpan RedeliverInterval = TimeSpan.FromMinutes(1);

    private readonly SaidFailure _failure = new();
    private long _lastRedeliver = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = options.SweepInterval;
            try
            {
                wait = await SweepAsync(stoppingToken) is { } next && next < wait ? next : wait;
                _failure.IsOver(() => Log.SweepsAgain(log));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                _failure.Say(e, (message, error) => Log.SweepFailed(log, message, error));
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

    /// <summary>One look and what it calls for; the answer is the time to the next timer, where there is one.</summary>
    internal async Task<TimeSpan?> SweepAsync(CancellationToken cancellationToken)
    {
        var look = await actions.LookAsync(cancellationToken);
        signal.OtherWorkers = look.Workers > 1;
        var acts = new Acts(cancellationToken);
        await acts.DoAsync((look.DeadWorkers || look.LostLeases) && presence.IsHere, async () => signal.Delivered(await actions.TakeBackAsync(cancellationToken)));
        var isWoken = await acts.DoAsync(look.Waits, () => LookAfterWaitsAsync(cancellationToken));
        var woken = await acts.DoAsync(look.WakeUps, () => actions.WakeAsync(cancellationToken));
        isWoken |= await acts.DoAsync(look.NextSlot <= TimeSpan.Zero, () => slots.LookAsync(cancellationToken));
        var promoted = await acts.DoAsync(
            isWoken || woken > 0 || look.NextTimer <= TimeSpan.Zero, async () => signal.Delivered(await actions.PromoteAsync(cancellationToken)));
        var late = await acts.DoAsync(look.Overdue, () => actions.FailOverdueAsync(cancellationToken));
        var recovered = await acts.DoAsync(look.NextRecovery <= TimeSpan.Zero, () => recoveries.RecoverAsync(cancellationToken));
        var taken = await acts.DoAsync(look.NextSnapshot <= TimeSpan.Zero, () => snapshots.TakeDueAsync(cancellationToken));
        var settled = await acts.DoAsync(look.OverEscalations, () => escalations.SweepAsync(cancellationToken));
        var orphans = await acts.DoAsync(look.Orphans, () => actions.CancelOrphansAsync(cancellationToken));
        await acts.DoAsync(time.GetElapsedTime(_lastRedeliver) > RedeliverInterval, () => RedeliverAsync(cancellationToken));
        if (look.OpenCycles)
        {
            cycles.Set();
        }

        var isMore = await acts.DoAsync(look.NewEvents, () => events.DispatchWaitingAsync(cancellationToken));
        isMore |= await acts.DoAsync(look.DueCollections, () => events.DispatchCollectedAsync(cancellationToken));
        acts.ThrowFirst();

        // Each act does a batch at a time: one that has done as much may not have done all.
        isMore |= new[] { woken, promoted, late, recovered, taken, settled, orphans }.Max() >= SmallestBatch;
        return isMore ? TimeSpan.Zero : new[] { look.NextTimer + NearTimers.HeadStart, look.NextCollection, look.NextRecovery, look.NextSnapshot, look.NextSlot }.Where(next => next > TimeSpan.Zero).Min();
    }

    /// <summary>What nobody tells of: rare, so it is looked for once a minute.</summary>
    private async Task<bool> RedeliverAsync(CancellationToken cancellationToken)
    {
        _lastRedeliver = time.GetTimestamp();
        await ReactToDeletionsAsync(cancellationToken);
        signal.Delivered(await actions.RedeliverAsync(cancellationToken));
        await slots.HealAsync(cancellationToken);
        return true;
    }

    /// <summary>Steps that wait for a token or a lock: whether one was told that its lock is free.</summary>
    private async Task<bool> LookAfterWaitsAsync(CancellationToken cancellationToken)
    {
        await limits.ForgetEndedAsync(cancellationToken);
        return await locks.WakeAsync(cancellationToken);
    }

    /// <summary>Jobs of steps that were deleted where nobody told us.</summary>
    internal async Task ReactToDeletionsAsync(CancellationToken cancellationToken)
    {
        foreach (var (tenant, job) in await actions.FindDeletedAsync(cancellationToken))
        {
            try
            {
                await operators.ReactAsync(tenant, job, cancellationToken);
            }
            catch (UnreadableWorkflowException e)
            {
                // Left to a process that can read it; what comes after it is not.
                Log.ReactionFailed(log, job.Run, job.StepIndex, e.Message);
            }
        }
    }

    /// <summary>The acts of one sweep.</summary>
    private sealed class Acts(CancellationToken cancellationToken)
    {
        private ExceptionDispatchInfo? _first;

        /// <summary>What the act answers; the default: it is not due, or has failed.</summary>
        public async Task<T> DoAsync<T>(bool isDue, Func<Task<T>> act)
            where T : struct
        {
            try
            {
                return isDue ? await act() : default;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                _first ??= ExceptionDispatchInfo.Capture(e);
                return default;
            }
        }

        public void ThrowFirst() => _first?.Throw();
    }
}

/// <summary>What a look found.</summary>
internal sealed record SweepLook(bool DeadWorkers, bool LostLeases, int Workers, bool Overdue, TimeSpan? NextTimer, bool NewEvents, bool OpenCycles, bool Waits, TimeSpan? NextCollection, bool WakeUps, bool Orphans, TimeSpan? NextRecovery, TimeSpan? NextSnapshot, bool OverEscalations, TimeSpan? NextSlot)
{
    /// <summary>Collected events are to start their runs.</summary>
    public bool DueCollections => NextCollection <= TimeSpan.Zero;
}
