using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Jobs.Scripts;

/// <summary>
/// Runs scripts, each in a process of its own: so nothing that one does can be seen by the next. A few processes are kept
/// ready, from the first script on, so that none waits for Node.js to start.
/// </summary>
internal sealed class Sandbox(OrchestratorOptions options, ILogger<Sandbox> log) : IAsyncDisposable
{
    private readonly SemaphoreSlim _places = new(options.Scripts.Concurrency);
    private readonly SemaphoreSlim _refill = new(1);
    private readonly Channel<SandboxProcess> _ready = Channel.CreateUnbounded<SandboxProcess>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Launcher> _launcher = new();
    private readonly Lock _lock = new();
    private SandboxCommand? _command;
    private bool _isDisposed;

    /// <summary>Runs one script, as soon as there is a place for it.</summary>
    /// <param name="request">The script and what it gets.</param>
    /// <param name="log">Takes the lines of its console: level and text.</param>
    /// <param name="cancellationToken">Kills its process.</param>
    /// <exception cref="SandboxUnavailableException">Scripts can't be run on this machine.</exception>
    public async Task<ScriptOutcome> RunAsync(ScriptRequest request, Action<string, string> log, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            var process = await TakeAsync(request.MemoryMb, cancellationToken);
            _ = RefillAsync();
            await using (process)
            {
                return await process.RunAsync(request, log, cancellationToken);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Processes that wait for a script.</summary>
    internal int ReadyCount => _ready.Reader.Count;

    public async ValueTask DisposeAsync()
    {
        // A singleton that is registered under two names may be disposed of twice.
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _stopping.CancelAsync();
        await _refill.WaitAsync();
        _ready.Writer.Complete();
        await foreach (var process in _ready.Reader.ReadAllAsync())
        {
            await process.DisposeAsync();
        }

        if (_launcher.IsValueCreated)
        {
            _launcher.Value.Dispose();
        }
    }

    private async Task<SandboxProcess> TakeAsync(int memoryMb, CancellationToken cancellationToken)
    {
        while (memoryMb == options.Scripts.MemoryMb && _ready.Reader.TryRead(out var process))
        {
            if (!process.HasEnded)
            {
                return process;
            }

            await process.DisposeAsync();
        }

        return await StartAsync(memoryMb, cancellationToken);
    }

    private Task<SandboxProcess> StartAsync(int memoryMb, CancellationToken cancellationToken) =>
        SandboxProcess.StartAsync(Command(), _launcher.Value, memoryMb, cancellationToken);

    /// <summary>Found once; where something is missing it is looked for again each time, so that what is installed helps at once.</summary>
    private SandboxCommand Command()
    {
        lock (_lock)
        {
            if (_command is null)
            {
                _command = SandboxCommand.Find(options.Scripts);
                if (!_command.IsIsolated)
                {
                    Log.ScriptsAreOpen(log);
                }
            }

            return _command;
        }
    }

    private async Task RefillAsync()
    {
        if (!await _refill.WaitAsync(0))
        {
            return;
        }

        try
        {
            while (_ready.Reader.Count < options.Scripts.Ready && !_stopping.IsCancellationRequested)
            {
                _ready.Writer.TryWrite(await StartAsync(options.Scripts.MemoryMb, _stopping.Token));
            }
        }
        catch (Exception e) when (e is SandboxUnavailableException or TimeoutException or OperationCanceledException)
        {
            // The next script meets it, and says so.
        }
        finally
        {
            _refill.Release();
        }
    }
}
