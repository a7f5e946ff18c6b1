using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;

namespace Hangfire.Server;

/// <summary>
/// A server: its lease, its dispatcher, and what is done from time to time. A stop goes in this order: no more jobs are
/// taken; running ones are told to end and waited for; the rest is given back; the server is forgotten.
/// </summary>
internal sealed class JobServer : IDisposable
{
    private static readonly TimeSpan LongestTimeoutCheck = TimeSpan.FromSeconds(15);

    private readonly PostgreSqlStorage storage;
    private readonly BackgroundJobServerOptions options;
    private readonly IBackgroundProcess[] processes;
    private readonly string serverId;
    private readonly ILog log = LogProvider.For<BackgroundJobServer>();
    private readonly CancellationTokenSource stopping = new(), stopped = new(), shutdown = new();
    private readonly RunningJobs running;
    private readonly ServerLease lease;
    private readonly Dispatcher dispatcher;

    public JobServer(PostgreSqlStorage storage, BackgroundJobServerOptions options, IEnumerable<IBackgroundProcess> additionalProcesses)
    {
        this.storage = storage;
        this.options = options;
        processes = options.IsLightweightServer ? [.. additionalProcesses] : [RecurringJobs(), .. additionalProcesses];
        serverId = options.CreateServerId();
        running = new(storage.Database);
        lease = new(storage, serverId, new() { Queues = options.Queues, WorkerCount = options.WorkerCount });
        var runner = new JobRunner(storage, serverId, Filters, options.Activator ?? JobActivator.Current, running);
        dispatcher = new(storage, serverId, options, runner, running);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the server has stopped.</summary>
    public Task Completion { get; }

    private IJobFilterProvider Filters => options.FilterProvider ?? JobFilterProviders.Providers;

    public void SendStop() => stopping.Cancel();

    public void Dispose()
    {
        stopping.Dispose();
        stopped.Dispose();
        shutdown.Dispose();
    }

    private async Task RunAsync()
    {
        log.Info($"Starting the server {serverId}: {options.WorkerCount} workers, queues {string.Join(", ", options.Queues)}.");
        storage.WriteOptionsToLog(log);
        using var leaseEnd = new CancellationTokenSource();
        var holding = lease.RunAsync(leaseEnd.Token);
        try
        {
            await lease.Announced.WaitAsync(stopping.Token).ConfigureAwait(false);
            await LookAtPausedQueuesAsync().ConfigureAwait(false);
            var loops = StartLoops();
            await dispatcher.RunAsync(stopping.Token, stopped.Token).ConfigureAwait(false);
            await StopAsync(loops).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before it had begun.
        }
        finally
        {
            await leaseEnd.CancelAsync().ConfigureAwait(false);
            await holding.ConfigureAwait(false);
        }

        log.Info($"The server {serverId} has stopped.");
    }

    private Task StartLoops()
    {
        var housekeeping = new Housekeeping(storage);
        var settings = storage.Options;
        var timeoutCheck = settings.InvisibilityTimeout / 2 < LongestTimeoutCheck ? settings.InvisibilityTimeout / 2 : LongestTimeoutCheck;
        return Task.WhenAll(
        [
            // These keep running jobs alive, so they go on until those have ended.
            Loop.EveryAsync(options.HeartbeatInterval, "The heartbeat", lease.HeartbeatAsync, shutdown.Token),
            Loop.EveryAsync(settings.InvisibilityTimeout / 5, "Renewing running jobs", running.RenewAsync, shutdown.Token),
            Loop.EveryAsync(options.CancellationCheckInterval, "Looking for moved jobs", running.AbortMovedAsync, shutdown.Token),

            Loop.EveryAsync(ServedQueues.CheckInterval, "Looking for paused queues", dispatcher.Queues.RefreshAsync, stopping.Token),
            Loop.EveryAsync(timeoutCheck, "Releasing timed out jobs", token => housekeeping.ReleaseTimedOutJobsAsync(options.Queues, token), stopping.Token),
            .. options.IsLightweightServer ? [] : StartStorageLoops(),
            .. processes.Select(each => new ProcessHost(each, ContextOf()).RunAsync()),
        ]);
    }

    /// <summary>What one server does for all.</summary>
    private Task[] StartStorageLoops()
    {
        var housekeeping = new Housekeeping(storage);
        var undertaker = new Undertaker(storage, serverId);
        var due = new DueJobs(storage, options.SchedulePollingInterval, Filters, dispatcher.Listener.Schedule);
        var settings = storage.Options;
        return
        [
            due.RunAsync(stopping.Token),
            Loop.EveryAsync(Undertaker.Interval, "Looking for dead servers", undertaker.BuryDeadAsync, stopping.Token),
            Loop.EveryAsync(options.ServerCheckInterval, "Removing timed out servers", token => undertaker.RemoveTimedOutAsync(options.ServerTimeout, token), stopping.Token),
            Loop.EveryAsync(settings.JobExpirationCheckInterval, "Deleting expired rows", housekeeping.DeleteExpiredAsync, stopping.Token),
            Loop.EveryAsync(settings.CountersAggregateInterval, "Summing up counters", housekeeping.AggregateCountersAsync, stopping.Token, waitFirst: true),
            Loop.EveryAsync(TimeSpan.FromHours(1), "Clearing stale locks", ClearStaleLocksAsync, stopping.Token),
        ];
    }

    /// <summary>Before the first claim; what goes wrong here is tried again by the loop.</summary>
    private async Task LookAtPausedQueuesAsync()
    {
        try
        {
            await dispatcher.Queues.RefreshAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (Npgsql.NpgsqlException failure)
        {
            log.WarnException("Whether queues are paused is not known yet.", failure);
        }
    }

    private RecurringJobScheduler RecurringJobs() => new(
        new BackgroundJobFactory(Filters), options.SchedulePollingInterval, options.TimeZoneResolver ?? new DefaultTimeZoneResolver());

    private Task ClearStaleLocksAsync(CancellationToken token) =>
        storage.Database.ExecuteAsync("ClearStaleLocks", token, storage.Options.DistributedLockTimeout);

    private BackgroundProcessContext ContextOf() => new(
        serverId,
        storage,
        new Dictionary<string, object> { ["Queues"] = options.Queues, ["WorkerCount"] = options.WorkerCount },
        Guid.NewGuid(),
        stopping.Token,
        stopped.Token,
        shutdown.Token);

    private async Task StopAsync(Task loops)
    {
        log.Info($"Stopping the server {serverId}.");
        var waits = options.ShutdownTimeout > options.StopTimeout ? options.ShutdownTimeout - options.StopTimeout : TimeSpan.Zero;
        if (options.StopTimeout > TimeSpan.Zero) await running.DrainAsync(options.StopTimeout).ConfigureAwait(false);
        await stopped.CancelAsync().ConfigureAwait(false);
        var isDrained = await running.DrainAsync(waits).ConfigureAwait(false);
        await shutdown.CancelAsync().ConfigureAwait(false);
        await loops.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (!isDrained) await running.ReleaseAsync().ConfigureAwait(false);
            await lease.RemoveAsync().ConfigureAwait(false);
        }
        catch (Npgsql.NpgsqlException failure)
        {
            log.WarnException("The server could not say that it has stopped; the others will find out.", failure);
        }
    }
}
