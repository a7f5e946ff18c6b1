using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Timers that this process has set and that come due before the sweeper's next look: they bring the look forward. Kept
/// in memory only; lost with the process, they are found by the next look of any other.
/// </summary>
internal sealed class NearTimers(OrchestratorOptions options, TimeProvider time)
{
    private readonly SemaphoreSlim _due = new(0, 1);

    /// <summary>A timer was set, to be due after this time.</summary>
    public void Expect(TimeSpan due)
    {
        if (due < options.SweepInterval)
        {
            _ = Task.Delay(due, time).ContinueWith(_ => Due(), TaskScheduler.Default);
        }
    }

    /// <summary>Returns when a timer is due, or the time is over.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _due.WaitAsync(atMost, cancellationToken);

    private void Due()
    {
        lock (_due)
        {
            if (_due.CurrentCount == 0)
            {
                _due.Release();
            }
        }
    }
}
