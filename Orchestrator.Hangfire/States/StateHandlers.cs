using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire
{
    /// <summary>What is kept for each state besides its row; an application may add its own.</summary>
    public static class GlobalStateHandlers
    {
        public static ICollection<IStateHandler> Handlers { get; } =
        [
            new EnqueuedHandler(),
            new ScheduledHandler(),
            new AwaitingHandler(),
            new CountingHandler(SucceededState.StateName, "stats:succeeded"),
            new CountingHandler(DeletedState.StateName, "stats:deleted"),
        ];
    }
}

namespace Hangfire.States
{
    /// <summary>An enqueued job has a row in its queue, which goes when a worker has met it.</summary>
    internal sealed class EnqueuedHandler : IStateHandler
    {
        public string StateName => EnqueuedState.StateName;

        public void Apply(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            if (context.NewState is EnqueuedState enqueued) transaction.AddToQueue(enqueued.Queue, context.BackgroundJob.Id);
        }

        public void Unapply(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            // A job that leaves its queue in another way than by a worker keeps its row until a worker drops it.
        }
    }

    /// <summary>A scheduled job is a member of a set, by its due time in whole seconds, rounded up: never early.</summary>
    internal sealed class ScheduledHandler : IStateHandler
    {
        public const string SetKey = "schedule";

        public string StateName => ScheduledState.StateName;

        public static double Score(DateTime enqueueAt) => Math.Ceiling((enqueueAt - DateTime.UnixEpoch).TotalSeconds);

        public void Apply(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            if (context.NewState is ScheduledState scheduled)
                transaction.AddToSet(SetKey, context.BackgroundJob.Id, Score(scheduled.EnqueueAt));
        }

        public void Unapply(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
            transaction.RemoveFromSet(SetKey, context.BackgroundJob.Id);
    }

    /// <summary>A job that awaits another is a member of a set, by the time when it began to.</summary>
    internal sealed class AwaitingHandler : IStateHandler
    {
        public const string SetKey = "awaiting";

        public string StateName => AwaitingState.StateName;

        public void Apply(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
            transaction.AddToSet(SetKey, context.BackgroundJob.Id, JobHelper.ToTimestamp(LocalClock.UtcNow));

        public void Unapply(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
            transaction.RemoveFromSet(SetKey, context.BackgroundJob.Id);
    }

    /// <summary>Counts the jobs in a state.</summary>
    internal sealed class CountingHandler(string stateName, string counter) : IStateHandler
    {
        public string StateName => stateName;

        public void Apply(ApplyStateContext context, IWriteOnlyTransaction transaction) => transaction.IncrementCounter(counter);

        public void Unapply(ApplyStateContext context, IWriteOnlyTransaction transaction) => transaction.DecrementCounter(counter);
    }
}
