using Hangfire.Server;
using Microsoft.Extensions.Hosting;

namespace Hangfire;

/// <summary>A server that starts when its host has started, and stops with it.</summary>
public class BackgroundJobServerHostedService : IHostedService, IDisposable
{
    private readonly JobStorage storage;
    private readonly BackgroundJobServerOptions options;
    private readonly IEnumerable<IBackgroundProcess> additionalProcesses;
    private readonly IHostApplicationLifetime? lifetime;
    private CancellationTokenRegistration whenStarted;
    private IBackgroundProcessingServer? server;

    public BackgroundJobServerHostedService(JobStorage storage, BackgroundJobServerOptions options, IEnumerable<IBackgroundProcess> additionalProcesses)
        : this(storage, options, additionalProcesses, null!)
    {
    }

    /// <summary>A server that waits for <paramref name="hostApplicationLifetime"/> to say that the application has started.</summary>
    public BackgroundJobServerHostedService(
        JobStorage storage,
        BackgroundJobServerOptions options,
        IEnumerable<IBackgroundProcess> additionalProcesses,
        IHostApplicationLifetime hostApplicationLifetime)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(additionalProcesses);
        this.storage = storage;
        this.options = options;
        this.additionalProcesses = additionalProcesses;
        lifetime = hostApplicationLifetime;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (lifetime is null) Start();
        else whenStarted = lifetime.ApplicationStarted.Register(Start);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await whenStarted.DisposeAsync().ConfigureAwait(false);
        if (server is null) return;
        server.SendStop();
        await server.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        server?.Dispose();
        server = null;
        GC.SuppressFinalize(this);
    }

    private void Start() => server ??= new BackgroundJobServer(options, storage, additionalProcesses);
}
