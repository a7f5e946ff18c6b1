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
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Sees to it that nothing stands still: takes steps back from workers that are gone, queues steps whose time has
/// come, fails runs whose time is over, starts what events call for, carries out what operators did in Hangfire. One look a second; acts only where the look found something. Every worker
/// process sweeps; each act is one transaction that two may try at once.
/// </summary>
internal sealed class Sweeper(
    SweepActions actions, HangfireActions operators, Recoveries recoveries, Snapshots snapshots, Escalations escalations, EventDispatcher events, CycleSignal cycles, WorkerPresence presence, Leases leases, NearTimers timers, RateLimits limits, ExclusiveLocks locks, RunSlots slots, DeliverySignal signal, OrchestratorOptions options,
    TimeProvider time, ILogger<Sweeper> log) : BackgroundService
{
    private static readonly TimeSpan RedeliverInterval = TimeSpan.FromMinutes(1);

    private long _lastRedeliver = time.GetTimestamp();
    private long _lastRenewal = time.GetTimestamp();
    private string? _failure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = options.SweepInterval;
            try
            {
                wait = await SweepAsync(stoppingToken) is { } next && next < wait ? next : wait;
                Succeeded();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(e);
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
        if ((look.DeadWorkers || look.LostLeases) && presence.IsHere)
        {
            signal.Delivered(await actions.TakeBackAsync(cancellationToken));
        }

        var isWoken = look.Waits && await LookAfterWaitsAsync(cancellationToken);
        isWoken |= look.WakeUps && await actions.WakeAsync(cancellationToken);
        isWoken |= look.NextSlot <= TimeSpan.Zero && await slots.LookAsync(cancellationToken);
        if (isWoken || look.NextTimer <= TimeSpan.Zero)
        {
            signal.Delivered(await actions.PromoteAsync(cancellationToken));
        }

        if (look.Overdue)
        {
            await actions.FailOverdueAsync(cancellationToken);
        }

        if (look.NextRecovery <= TimeSpan.Zero)
        {
            await recoveries.RecoverAsync(cancellationToken);
        }

        if (look.NextSnapshot <= TimeSpan.Zero)
        {
            await snapshots.TakeDueAsync(cancellationToken);
        }

        if (look.OverEscalations)
        {
            await escalations.SweepAsync(cancellationToken);
        }

        if (look.Orphans)
        {
            await actions.CancelOrphansAsync(cancellationToken);
        }

        await StopHeldAsync(cancellationToken);
        await RenewAsync(cancellationToken);
        if (time.GetElapsedTime(_lastRedeliver) > RedeliverInterval)
        {
            _lastRedeliver = time.GetTimestamp();
            await ReactToDeletionsAsync(cancellationToken);
            signal.Delivered(await actions.RedeliverAsync(cancellationToken));
            await slots.HealAsync(cancellationToken);
        }

        if (look.OpenCycles)
        {
            cycles.Set();
        }

        var isMore = look.NewEvents && await events.DispatchWaitingAsync(cancellationToken);
        isMore |= look.DueCollections && await events.DispatchCollectedAsync(cancellationToken);
        return isMore ? TimeSpan.Zero : new[] { look.NextTimer + NearTimers.HeadStart, look.NextCollection, look.NextRecovery, look.NextSnapshot, look.NextSlot }.Where(next => next > TimeSpan.Zero).Min();
    }

    /// <summary>Steps that wait for a token or a lock: whether one was told that its lock is free.</summary>
    private async Task<bool> LookAfterWaitsAsync(CancellationToken cancellationToken)
    {
        await limits.ForgetEndedAsync(cancellationToken);
        return await locks.WakeAsync(cancellationToken);
    }

    /// <summary>Attempts of this process that have lost their step, by an operator's hand or otherwise.</summary>
    private async Task StopHeldAsync(CancellationToken cancellationToken)
    {
        if (leases.Held is not { Count: > 0 } held)
        {
            return;
        }

        foreach (var (tenant, job, hasEnded) in await actions.LookAtHeldAsync(held, cancellationToken))
        {
            if (hasEnded)
            {
                leases.Stop(tenant, job);
            }
            else
            {
                await operators.ReactAsync(tenant, job, cancellationToken);
            }
        }
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

    /// <summary>The same failure again is not said again, and one that passes by itself needs no stack.</summary>
    private void Failed(Exception error)
    {
        if (error.Message != _failure)
        {
            Log.SweepFailed(log, error.Message, Retry.IsPassing(error) ? null : error);
            _failure = error.Message;
        }
    }

    private void Succeeded()
    {
        if (_failure is not null)
        {
            Log.SweepsAgain(log);
            _failure = null;
        }
    }

    /// <summary>An attempt whose lock is another's by now, since this process stood still, is stopped.</summary>
    private async Task RenewLocksAsync(IReadOnlyCollection<(StepLock Lock, JobId Job)> held, CancellationToken cancellationToken)
    {
        var renewed = await locks.RenewAsync([.. held.Select(one => one.Lock)], cancellationToken);
        foreach (var (lost, job) in held.Where(one => !renewed.Contains(one.Lock)))
        {
            Log.LockLost(log, job.Run, job.StepIndex);
            leases.Stop(lost.Tenant, job);
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_lastRenewal) > options.Lease / 4)
        {
            _lastRenewal = time.GetTimestamp();
            if (leases.Held is { Count: > 0 } held)
            {
                await actions.RenewAsync([.. held.Select(step => step.Job)], presence.Id, cancellationToken);
            }

            if (leases.HeldLocks is { Count: > 0 } heldLocks)
            {
                await RenewLocksAsync(heldLocks, cancellationToken);
            }
        }
    }
}

/// <summary>What a look found.</summary>
internal sealed record SweepLook(bool DeadWorkers, bool LostLeases, int Workers, bool Overdue, TimeSpan? NextTimer, bool NewEvents, bool OpenCycles, bool Waits, TimeSpan? NextCollection, bool WakeUps, bool Orphans, TimeSpan? NextRecovery, TimeSpan? NextSnapshot, bool OverEscalations, TimeSpan? NextSlot)
{
    /// <summary>Collected events are to start their runs.</summary>
    public bool DueCollections => NextCollection <= TimeSpan.Zero;
}
