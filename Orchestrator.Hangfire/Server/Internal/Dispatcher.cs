using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;

namespace Hangfire.Server;

/// <summary>
/// Takes jobs for all idle workers in one statement and starts them. A worker is busy while a job's method runs; recording
/// its end goes on beside, so that workers don't wait for commits. It sleeps only when a claim has found less than was
/// asked for, until it is signalled or polls.
/// </summary>
internal sealed class Dispatcher
{
    /// <summary>Ends that may wait for their record; then no more jobs are taken.</summary>
    private const int MaxUnrecorded = 1000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly PostgreSqlStorage storage;
    private readonly string serverId;
    private readonly JobRunner runner;
    private readonly RunningJobs running;
    private readonly FailureLog failures = new(LogProvider.For<BackgroundJobServer>());
    private readonly Lock gate = new();
    private readonly Stack<string> idle;
    private readonly Signal freed = new();
    private readonly ClaimWindow window = new();
    private readonly int workerCount;
    private int busy;

    public Dispatcher(PostgreSqlStorage storage, string serverId, BackgroundJobServerOptions options, JobRunner runner, RunningJobs running)
    {
        this.storage = storage;
        this.serverId = serverId;
        this.runner = runner;
        this.running = running;
        workerCount = options.WorkerCount;
        idle = new(Enumerable.Range(0, workerCount).Select(static _ => Guid.NewGuid().ToString()));
        Listener = new(options.Queues, HasIdleWorker);
        Queues = new(storage.Database, options.Queues, Listener.Jobs);
    }

    public WorkerSignals.Listener Listener { get; }

    public ServedQueues Queues { get; }

    /// <summary>Takes and starts jobs until <paramref name="stopping"/>; those that run then are not waited for.</summary>
    public async Task RunAsync(CancellationToken stopping, CancellationToken stopped)
    {
        using var listening = storage.Signals.Listen(Listener);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await FillWorkersAsync(stopping, stopped).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                failures.Failed("Jobs could not be taken; trying again.", failure);
                await Loop.DelayAsync(RetryDelay, stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task FillWorkersAsync(CancellationToken stopping, CancellationToken stopped)
    {
        if (Queues.Open.Length == 0)
        {
            await Listener.Jobs.WaitAsync(storage.Options.QueuePollInterval, stopping).ConfigureAwait(false);
            return;
        }

        var workers = TakeIdle();
        if (workers.Length == 0 || running.Count - Volatile.Read(ref busy) > MaxUnrecorded)
        {
            GiveBack(workers);
            await freed.WaitAsync(RetryDelay, stopping).ConfigureAwait(false);
            return;
        }

        var claimed = 0;
        bool hasDropped;
        try
        {
            (var jobs, hasDropped) = await ClaimAsync(workers).ConfigureAwait(false);
            foreach (var job in jobs)
            {
                claimed++;
                Start(new(job, storage.Database, stopped));
            }
        }
        finally
        {
            GiveBack(workers[claimed..]);
        }

        failures.Succeeded("Jobs are taken again.");

        if (claimed < workers.Length && !hasDropped) await Listener.Jobs.WaitAsync(UntilNextLook(), stopping).ConfigureAwait(false);
    }

    /// <summary>Sooner than the poll where the last look was not from the start.</summary>
    private TimeSpan UntilNextLook() =>
        window.IsPending && window.UntilWhole < storage.Options.QueuePollInterval ? window.UntilWhole : storage.Options.QueuePollInterval;

    /// <summary>
    /// The jobs, and whether places of jobs that are not to be performed were dropped instead: others may stand behind them.
    /// Not cancelled by a stop: what was committed must be known here, or it would hang until it times out.
    /// </summary>
    private async Task<(List<ClaimedJob> Jobs, bool HasDropped)> ClaimAsync(string[] workers)
    {
        var queues = Queues.Open;
        var look = window.Begin(queues);
        var startedAt = LocalClock.UtcNow;
        var hasDropped = false;
        var rows = await storage.Database.QueryAfterAsync(
            [("ClaimInOrderOfIndex", [])],
            "ClaimJobs",
            row =>
            {
                hasDropped = row.GetBoolean(10);
                return row.IsDBNull(0) ? null : ClaimedJob.Read(row, workers, startedAt);
            },
            CancellationToken.None,
            queues, workers.Length, serverId, workers, JobHelper.SerializeDateTime(startedAt), look.From).ConfigureAwait(false);
        var claimed = rows.OfType<ClaimedJob>().ToList();
        window.End(look, claimed);
        return (claimed, hasDropped);
    }

    private void Start(RunningJob job)
    {
        Interlocked.Increment(ref busy);
        running.Add(job);
        ThreadPool.UnsafeQueueUserWorkItem(
            static start => _ = start.Self.runner.RunAsync(start.Job, () => start.Self.Free(start.Job)), (Self: this, Job: job), preferLocal: false);
    }

    private void Free(RunningJob job)
    {
        Interlocked.Decrement(ref busy);
        lock (gate) idle.Push(job.Claimed.WorkerId);
        freed.Set();
    }

    private bool HasIdleWorker() => Volatile.Read(ref busy) < workerCount;

    private string[] TakeIdle()
    {
        lock (gate)
        {
            var taken = idle.ToArray();
            idle.Clear();
            return taken;
        }
    }

    private void GiveBack(string[] workers)
    {
        lock (gate)
        {
            foreach (var worker in workers) idle.Push(worker);
        }
    }
}
