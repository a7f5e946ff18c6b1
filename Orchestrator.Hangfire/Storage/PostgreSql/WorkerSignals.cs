using Hangfire.States;

namespace Hangfire.PostgreSql;

/// <summary>
/// Tells the servers of this process that a storage has something for them. The signal in the process comes first; a
/// notification through the database is for idle workers elsewhere, and only where no local one takes the job. Neither
/// is needed for a job to run: polling is the guarantee.
/// </summary>
internal sealed class WorkerSignals
{
    /// <summary>Notifications come with a queue's name, or with none: then they are for all queues.</summary>
    public const string Channel = "hangfire_jobqueue";

    private readonly Lock gate = new();
    private volatile Listener[] listeners = [];
    private volatile Signal[] recurring = [];

    /// <summary>Adds a server's loops until the result is disposed.</summary>
    public IDisposable Listen(Listener listener)
    {
        lock (gate) listeners = [.. listeners, listener];
        return new Subscription(() =>
        {
            lock (gate) listeners = Array.FindAll(listeners, each => each != listener);
        });
    }

    public void Wake(IEnumerable<NewJob> jobs)
    {
        foreach (var listener in listeners)
        {
            foreach (var job in jobs)
            {
                if (job.Queue is not null && listener.Serves(job.Queue)) listener.Jobs.Set();
                if (job.DueAt is not null) listener.Schedule.Set();
            }
        }
    }

    public void Wake(string queue)
    {
        foreach (var listener in listeners)
            if (queue.Length == 0 || listener.Serves(queue)) listener.Jobs.Set();
    }

    /// <summary>Wakes whoever fetches from any queue.</summary>
    public void WakeAll() => Wake("");

    public void WakeSchedulers()
    {
        foreach (var listener in listeners) listener.Schedule.Set();
    }

    /// <summary>Adds a scheduler of recurring jobs until the result is disposed.</summary>
    public IDisposable ListenToRecurring(Signal signal)
    {
        lock (gate) recurring = [.. recurring, signal];
        return new Subscription(() =>
        {
            lock (gate) recurring = Array.FindAll(recurring, each => each != signal);
        });
    }

    /// <summary>A recurring job was added or has another schedule.</summary>
    public void WakeRecurring()
    {
        foreach (var signal in recurring) signal.Set();
    }

    /// <summary>What to send to other processes for jobs in such queues (null: in none); null: nothing.</summary>
    public string? Notification(IEnumerable<string?> queues)
    {
        string? notified = null;
        foreach (var queue in queues)
        {
            if (queue is null || queue == notified || HasIdleWorker(queue)) continue;
            if (notified is not null) return "";
            notified = queue;
        }

        return notified;
    }

    /// <summary>What a change of a job's state means to sleeping loops.</summary>
    public void WakeFor(IState state)
    {
        if (state is EnqueuedState enqueued) Wake(enqueued.Queue);
        else if (state is ScheduledState) WakeSchedulers();
    }

    private bool HasIdleWorker(string queue) => Array.Exists(listeners, each => each.HasIdleWorker() && each.Serves(queue));

    /// <summary>A server's loops, as signals see them.</summary>
    public sealed class Listener(IEnumerable<string> queues, Func<bool> hasIdleWorker)
    {
        private readonly HashSet<string> served = [.. queues];

        public Signal Jobs { get; } = new();

        public Signal Schedule { get; } = new();

        public bool Serves(string queue) => served.Contains(queue);

        public bool HasIdleWorker() => hasIdleWorker();
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
