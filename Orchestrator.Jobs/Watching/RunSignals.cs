using System.Collections.Concurrent;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Watching;

/// <summary>
/// Tells those who watch a run that this process has written something of it. A hint only: what other processes write
/// is found by looking. Costs nothing while nobody listens.
/// </summary>
internal sealed class RunSignals
{
    private readonly ConcurrentDictionary<Listener, byte> _listeners = new();

    public Listener Listen(RunId run)
    {
        var listener = new Listener(this, run);
        _listeners[listener] = 0;
        return listener;
    }

    /// <summary>Something of these runs was written, and committed.</summary>
    public void Changed<T>(IReadOnlyCollection<T> written, Func<T, RunId> run)
    {
        if (_listeners.IsEmpty)
        {
            return;
        }

        var runs = written.Select(run).ToHashSet();
        foreach (var (listener, _) in _listeners)
        {
            if (runs.Contains(listener.Run))
            {
                listener.Wake();
            }
        }
    }

    /// <summary>Somebody who watches a run, until disposed.</summary>
    internal sealed class Listener(RunSignals signals, RunId run) : IDisposable
    {
        private readonly SemaphoreSlim _changed = new(0, 1);

        public RunId Run { get; } = run;

        /// <summary>Returns when something was written, or the time is over.</summary>
        public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _changed.WaitAsync(atMost, cancellationToken);

        public void Wake()
        {
            lock (_changed)
            {
                if (_changed.CurrentCount == 0)
                {
                    _changed.Release();
                }
            }
        }

        public void Dispose() => signals._listeners.TryRemove(this, out _);
    }
}
