using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>What a sweeper does about work that waits, at once and in any process, for a caller that asks for it.</summary>
internal sealed class WakeUp(SweepActions actions, EventDispatcher events, RunSlots slots, DeliverySignal signal)
{
    /// <summary>How many steps it has queued: those whose time had come, and those taken back from lost workers.</summary>
    public async Task<(int Promoted, int Requeued)> RunAsync(CancellationToken cancellationToken)
    {
        var look = await actions.LookAsync(cancellationToken);
        var requeued = look.DeadWorkers || look.LostLeases ? signal.Delivered(await actions.TakeBackAsync(cancellationToken)) : 0;
        var isWoken = look.WakeUps && await actions.WakeAsync(cancellationToken) > 0;
        isWoken |= look.NextSlot <= TimeSpan.Zero && await slots.LookAsync(cancellationToken);
        var promoted = isWoken || look.NextTimer <= TimeSpan.Zero ? signal.Delivered(await actions.PromoteAsync(cancellationToken)) : 0;
        if (look.NewEvents)
        {
            await events.DispatchWaitingAsync(cancellationToken);
        }

        if (look.DueCollections)
        {
            await events.DispatchCollectedAsync(cancellationToken);
        }

        return (promoted, requeued);
    }
}
