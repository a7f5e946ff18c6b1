namespace Hangfire.Server;

/// <summary>Something that a server runs.</summary>
[Obsolete("Implement IBackgroundProcess.")]
public interface IServerProcess;

#pragma warning disable CS0618 // IServerProcess is obsolete for others; it stays the base, as in the API that is supplied here.
/// <summary>Something that a server runs again and again until it stops.</summary>
public interface IBackgroundProcess : IServerProcess
#pragma warning restore CS0618
{
    void Execute(BackgroundProcessContext context);
}

#pragma warning disable CS0618 // As above.
/// <summary>Something that a server ran before there were background processes.</summary>
[Obsolete("Implement IBackgroundProcess.")]
public interface IServerComponent : IServerProcess
#pragma warning restore CS0618
{
    void Execute(CancellationToken cancellationToken);
}

/// <summary>Performs a job and returns its result.</summary>
public interface IBackgroundJobPerformer
{
    object? Perform(PerformContext context);
}

/// <summary>A running server.</summary>
public interface IBackgroundProcessingServer : IDisposable
{
    /// <summary>Asks it to stop, and returns at once.</summary>
    void SendStop();

    /// <summary>Waits until it has stopped; false: it has not in time.</summary>
    bool WaitForShutdown(TimeSpan timeout);

    Task WaitForShutdownAsync(CancellationToken cancellationToken);
}

/// <summary>Acts before and after a job is performed.</summary>
public interface IServerFilter
{
    void OnPerforming(PerformingContext context);

    void OnPerformed(PerformedContext context);
}

/// <summary>Acts when a job or one of its filters has thrown.</summary>
public interface IServerExceptionFilter
{
    void OnServerException(ServerExceptionContext filterContext);
}

/// <summary>What a server announces.</summary>
public class ServerContext
{
    public string[] Queues { get; set; } = [];

    public int WorkerCount { get; set; } = -1;
}
