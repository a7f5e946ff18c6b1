using System.Globalization;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Settings of a server.</summary>
public class BackgroundJobServerOptions
{
    private const int MaxDefaultWorkerCount = 20;

    private int workerCount = Math.Min(Environment.ProcessorCount * 5, MaxDefaultWorkerCount);
    private string[] queues = [EnqueuedState.DefaultQueue];
    private TimeSpan schedulePollingInterval = TimeSpan.FromSeconds(15);
    private TimeSpan heartbeatInterval = TimeSpan.FromSeconds(30);
    private TimeSpan cancellationCheckInterval = TimeSpan.FromSeconds(5);
    private TimeSpan serverCheckInterval = TimeSpan.FromMinutes(5);

    /// <summary>Jobs that are performed at a time, at least 1. Default: five for each processor, 20 at most.</summary>
    public int WorkerCount
    {
        get => workerCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(WorkerCount));
            workerCount = value;
        }
    }

    /// <summary>Queues that are served, the first one first. Default: <c>default</c>.</summary>
    public string[] Queues
    {
        get => queues;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Queues));
            ArgumentOutOfRangeException.ThrowIfZero(value.Length, nameof(Queues));
            foreach (var queue in value) JobValidation.ThrowIfNotQueueName(queue, nameof(Queues));
            queues = value;
        }
    }

    /// <summary>First part of the server's id. Default: the machine's name.</summary>
    public string? ServerName { get; set; }

    /// <summary>From a stop to the moment when running jobs are told to end. Default: at once.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>How long a stop waits for running jobs before they are given back to their queues. Default: 15 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often scheduled and recurring jobs are looked for without being told to. Default: 15 s.</summary>
    public TimeSpan SchedulePollingInterval
    {
        get => schedulePollingInterval;
        set => schedulePollingInterval = Positive(value, nameof(SchedulePollingInterval));
    }

    /// <summary>Default: 30 s.</summary>
    public TimeSpan HeartbeatInterval
    {
        get => heartbeatInterval;
        set => heartbeatInterval = Positive(value, nameof(HeartbeatInterval));
    }

    /// <summary>How often running jobs are looked at for having been moved. Default: 5 s.</summary>
    public TimeSpan CancellationCheckInterval
    {
        get => cancellationCheckInterval;
        set => cancellationCheckInterval = Positive(value, nameof(CancellationCheckInterval));
    }

    /// <summary>How often servers without a heartbeat are looked for. Default: 5 minutes.</summary>
    public TimeSpan ServerCheckInterval
    {
        get => serverCheckInterval;
        set => serverCheckInterval = Positive(value, nameof(ServerCheckInterval));
    }

    /// <summary>A server without a heartbeat for so long is forgotten. Default: 5 minutes.</summary>
    public TimeSpan ServerTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What makes the objects of jobs; null: <see cref="JobActivator.Current"/>.</summary>
    public JobActivator? Activator { get; set; }

    /// <summary>Where filters come from; null: <see cref="JobFilterProviders.Providers"/>.</summary>
    public IJobFilterProvider? FilterProvider { get; set; }

    /// <summary>What finds the time zones of recurring jobs; null: <see cref="DefaultTimeZoneResolver"/>.</summary>
    public ITimeZoneResolver? TimeZoneResolver { get; set; }

    /// <summary>Whether it performs jobs and nothing else: no schedules, no recurring jobs, no deletion of what has expired, no look for dead servers. Another server has to do that. Default: false.</summary>
    public bool IsLightweightServer { get; set; }

    /// <summary>Without effect here: what is due is enqueued many at a time in one statement.</summary>
    public int MaxDegreeOfParallelismForSchedulers { get; set; } = Environment.ProcessorCount;

    /// <summary>Without effect here: asynchronous methods use the thread pool.</summary>
    public TaskScheduler? TaskScheduler { get; set; } = TaskScheduler.Default;

    /// <summary>Without effect here: threads belong to no worker.</summary>
    public Action<Thread>? WorkerThreadConfigurationAction { get; set; }

    internal string CreateServerId() => string.Create(
        CultureInfo.InvariantCulture, $"{ServerName ?? Environment.MachineName.ToLowerInvariant()}:{Environment.ProcessId}:{Guid.NewGuid()}");

    private static TimeSpan Positive(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1), name);
        return value;
    }
}
