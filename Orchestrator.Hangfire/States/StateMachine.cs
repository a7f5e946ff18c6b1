using Hangfire.Common;
using Hangfire.PostgreSql;

namespace Hangfire.States;

/// <summary>Lets filters elect the state, then applies it.</summary>
public class StateMachine : IStateMachine
{
    private readonly IJobFilterProvider filterProvider;

    /// <summary>A machine that asks the filters of <paramref name="filterProvider"/>.</summary>
    public StateMachine(IJobFilterProvider filterProvider)
    {
        ArgumentNullException.ThrowIfNull(filterProvider);
        this.filterProvider = filterProvider;
        InnerStateMachine = new CoreStateMachine(filterProvider);
    }

    /// <summary>Applies a state without an election.</summary>
    public IStateMachine InnerStateMachine { get; }

    /// <inheritdoc/>
    public IState ApplyState(ApplyStateContext initialContext)
    {
        (initialContext.NewState as EnqueuedState)?.TakeQueueOf(initialContext.BackgroundJob.Job);
        var election = new ElectStateContext(initialContext, this);
        foreach (var filter in JobFilterSet.For(filterProvider, initialContext.BackgroundJob.Job).ElectState)
            filter.OnStateElection(election);
        foreach (var state in election.TraversedStates)
            initialContext.Transaction.AddJobState(election.BackgroundJob.Id, state);
        return InnerStateMachine.ApplyState(new(initialContext.Transaction, election)
        {
            JobExpirationTimeout = initialContext.JobExpirationTimeout,
        });
    }
}

/// <summary>Leaves the old state and enters the new one: row, handlers, filters, expiry.</summary>
internal sealed class CoreStateMachine(IJobFilterProvider filterProvider) : IStateMachine
{
    public IState ApplyState(ApplyStateContext context)
    {
        var transaction = context.Transaction;
        var filters = JobFilterSet.For(filterProvider, context.BackgroundJob.Job).ApplyState;
        foreach (var handler in Handlers(context, context.OldStateName)) handler.Unapply(context, transaction);
        foreach (var filter in filters) filter.OnStateUnapplied(context, transaction);

        if (context is { NewState: ScheduledState scheduled, Storage: PostgreSqlStorage storage }) scheduled.CountFrom(storage.Clock.UtcNow);
        transaction.SetJobState(context.BackgroundJob.Id, context.NewState);
        foreach (var handler in Handlers(context, context.NewState.Name)) handler.Apply(context, transaction);
        foreach (var filter in filters) filter.OnStateApplied(context, transaction);

        if (context.NewState.IsFinal) transaction.ExpireJob(context.BackgroundJob.Id, context.JobExpirationTimeout);
        else transaction.PersistJob(context.BackgroundJob.Id);
        return context.NewState;
    }

    private static IEnumerable<IStateHandler> Handlers(ApplyStateContext context, string? stateName) =>
        GlobalStateHandlers.Handlers.Concat(context.Storage.GetStateHandlers()).Where(handler => handler.StateName == stateName);
}
