namespace Orchestrator.Jobs.Autonomous;

/// <summary>
/// Tells this process's driver that a cycle may go on. A hint only: what other processes have done is found by the sweeper's
/// look, once a second.
/// </summary>
internal sealed class CycleSignal : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Set()
    {
        lock (_signal)
        {
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);

    public void Dispose() => _signal.Dispose();
}
