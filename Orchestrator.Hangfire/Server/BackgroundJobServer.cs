using Hangfire.PostgreSql;
using Hangfire.Server;

namespace Hangfire;

/// <summary>Performs jobs in this process, from its making until it is disposed.</summary>
public class BackgroundJobServer : IBackgroundProcessingServer
{
    private readonly BackgroundJobServerOptions options;
    private readonly JobServer server;
    private int disposed;

    public BackgroundJobServer()
        : this(new BackgroundJobServerOptions())
    {
    }

    public BackgroundJobServer(JobStorage storage)
        : this(new BackgroundJobServerOptions(), storage)
    {
    }

    public BackgroundJobServer(BackgroundJobServerOptions options)
        : this(options, JobStorage.Current)
    {
    }

    public BackgroundJobServer(BackgroundJobServerOptions options, JobStorage storage)
        : this(options, storage, [])
    {
    }

    /// <summary>Starts a server that also runs <paramref name="additionalProcesses"/>.</summary>
    /// <exception cref="NotSupportedException">The storage is not <see cref="PostgreSqlStorage"/>.</exception>
    public BackgroundJobServer(BackgroundJobServerOptions options, JobStorage storage, IEnumerable<IBackgroundProcess> additionalProcesses)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(additionalProcesses);
        if (storage is not PostgreSqlStorage own) throw new NotSupportedException($"This server performs jobs of {nameof(PostgreSqlStorage)} only.");
        this.options = options;
        server = new(own, options, additionalProcesses);
    }

    /// <inheritdoc/>
    public void SendStop() => server.SendStop();

    /// <inheritdoc/>
    public bool WaitForShutdown(TimeSpan timeout) => server.Completion.Wait(timeout);

    /// <inheritdoc/>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => server.Completion.WaitAsync(cancellationToken);

    /// <summary>Stops, and waits until it has stopped.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        SendStop();
        if (WaitForShutdown(options.ShutdownTimeout + TimeSpan.FromSeconds(15))) server.Dispose();
        GC.SuppressFinalize(this);
    }
}
