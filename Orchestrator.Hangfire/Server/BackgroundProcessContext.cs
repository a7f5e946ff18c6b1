namespace Hangfire.Server;

/// <summary>What a background process knows of its server.</summary>
public class BackgroundProcessContext
{
    /// <summary>
    /// <paramref name="stoppingToken"/>: the server was asked to stop. <paramref name="stoppedToken"/>: whoever has not
    /// ended by himself is to give up. <paramref name="shutdownToken"/>: the server does not wait any longer.
    /// </summary>
    public BackgroundProcessContext(
        string serverId,
        JobStorage storage,
        IDictionary<string, object> properties,
        Guid executionId,
        CancellationToken stoppingToken,
        CancellationToken stoppedToken,
        CancellationToken shutdownToken)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(properties);
        ServerId = serverId;
        Storage = storage;
        Properties = new Dictionary<string, object>(properties, StringComparer.OrdinalIgnoreCase);
        ExecutionId = executionId;
        StoppingToken = stoppingToken;
        StoppedToken = stoppedToken;
        ShutdownToken = shutdownToken;
    }

    public string ServerId { get; }

    public JobStorage Storage { get; }

    public IReadOnlyDictionary<string, object> Properties { get; }

    public Guid ExecutionId { get; }

    [Obsolete("Use StoppingToken.")]
    public CancellationToken CancellationToken => StoppingToken;

    public CancellationToken StoppingToken { get; }

    public CancellationToken StoppedToken { get; }

    public CancellationToken ShutdownToken { get; }

    [Obsolete("Use IsStopping.")]
    public bool IsShutdownRequested => IsStopping;

    public bool IsStopping => StoppingToken.IsCancellationRequested;

    public bool IsStopped => StoppedToken.IsCancellationRequested;

    /// <summary>Waits for so long, or until the server stops.</summary>
    /// <exception cref="OperationCanceledException">The server stops.</exception>
    public void Wait(TimeSpan timeout)
    {
        StoppingToken.WaitHandle.WaitOne(timeout);
        StoppingToken.ThrowIfCancellationRequested();
    }
}
