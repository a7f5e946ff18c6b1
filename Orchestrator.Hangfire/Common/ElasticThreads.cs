namespace Hangfire.Common;

/// <summary>
/// Threads for what blocks: as many as there is work at a time, each kept for a while for the next. The thread pool would
/// add its own only slowly, and whatever else needs the pool would wait with it.
/// </summary>
internal sealed class ElasticThreads
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(20);

    private readonly Lock gate = new();
    private readonly List<Seat> idle = [];

    public static ElasticThreads Shared { get; } = new();

    /// <summary>Does work on a thread of its own, without the caller's context. It must not throw.</summary>
    public void Run(Action work)
    {
        if (TakeIdle() is { } seat)
        {
            seat.Give(work);
            return;
        }

        new Thread(new Seat(this, work).Live) { IsBackground = true, Name = "Hangfire" }.UnsafeStart();
    }

    /// <summary>Does work in the caller's context and returns its result.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = ExecutionContext.Capture();
        Run(() =>
        {
            if (context is null) Complete();
            else ExecutionContext.Run(context, static complete => ((Action)complete!)(), (Action)Complete);
        });
        return completion.Task;

        void Complete()
        {
            try
            {
                completion.SetResult(work());
            }
            catch (Exception failure)
            {
                completion.SetException(failure);
            }
        }
    }

    private Seat? TakeIdle()
    {
        lock (gate)
        {
            if (idle.Count == 0) return null;
            var last = idle[^1];
            idle.RemoveAt(idle.Count - 1);
            return last;
        }
    }

    /// <summary>A thread and the work that it was given.</summary>
    private sealed class Seat(ElasticThreads threads, Action first)
    {
        /// <summary>Does not spin: that takes the processor from whoever is about to give the next work.</summary>
        private readonly ManualResetEventSlim given = new(initialState: false, spinCount: 0);
        private Action? work = first;

        public void Give(Action next)
        {
            work = next;
            given.Set();
        }

        public void Live()
        {
            do
            {
                given.Reset();
                work!();
                work = null;
                lock (threads.gate) threads.idle.Add(this);
            }
            while (given.Wait(KeptFor) || !Leave());
        }

        /// <summary>Ends the thread, unless it was given something in this moment.</summary>
        private bool Leave()
        {
            lock (threads.gate)
            {
                if (threads.idle.Remove(this)) return true;
            }

            given.Wait();
            return false;
        }
    }
}
