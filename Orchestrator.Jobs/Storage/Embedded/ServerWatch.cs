using Microsoft.Extensions.Logging;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// Brings the server back, on the same port, when it was killed while we use it. All processes that share it watch
/// it; the start lock lets one act and the others find it done.
/// </summary>
internal sealed class ServerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly PostgresServer _server;
    private readonly ServerFolders _folders;
    private readonly TimeSpan _timeout;
    private readonly ILogger _logger;
    private readonly Task _loop;

    /// <summary>Starts to watch a server that is up.</summary>
    public ServerWatch(PostgresServer server, ServerFolders folders, PostmasterFile running, TimeSpan timeout, ILogger logger)
    {
        (_server, _folders, _timeout, _logger) = (server, folders, timeout, logger);
        _loop = Task.Run(() => WatchAsync(running));
    }

    /// <summary>Ends the watch and waits for a restart that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(PostmasterFile running)
    {
        var pause = Interval;
        while (true)
        {
            await Task.Delay(pause, _stop.Token);
            if (running.State() != ServerState.Absent)
            {
                continue;
            }

            try
            {
                running = await RestartAsync(running);
                pause = Interval;
            }
            catch (Exception reason) when (reason is not OperationCanceledException)
            {
                pause = AfterFailure;
                _logger.NotRestarted(_folders.Data, pause, reason);
            }
        }
    }

    private async Task<PostmasterFile> RestartAsync(PostmasterFile former)
    {
        _logger.Gone(_folders.Data);
        using var gate = await FileLock.TakeAsync(_folders.StartLock, shared: false, _timeout, _stop.Token)
            ?? throw new EmbeddedPostgresException(EmbeddedPostgresProblem.Busy, "another process is starting it");
        var running = await _server.EnsureRunningAsync(_stop.Token);
        if (running.Port != former.Port)
        {
            _logger.Moved(running.Port, former.Port);
        }

        return running;
    }
}
