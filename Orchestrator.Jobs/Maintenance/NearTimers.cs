using System.Threading.Channels;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Timers that this process has set and that come due before the sweeper's next look: they bring the look forward, or start
/// the step that waits for nothing else. Kept in memory only; lost with the process, they are found by the next look of any
/// other.
/// </summary>
internal sealed class NearTimers(OrchestratorOptions options, TimeProvider time)
{
    /// <summary>How much later than a step's time a sweeper comes by itself: what holds the timer has started it then.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly Channel<(string Tenant, JobId Job)> _steps = Channel.CreateUnbounded<(string, JobId)>();

    /// <summary>Steps of workers of this process whose time has come.</summary>
    public ChannelReader<(string Tenant, JobId Job)> Steps => _steps.Reader;

    /// <summary>A step's next turn is after this time, whatever else happens.</summary>
    public void Start(string tenant, JobId job, TimeSpan due)
    {
        if (due < options.SweepInterval)
        {
            // Never early: a timer counts whole milliseconds, from the last one on.
            _ = Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(due.TotalMilliseconds) + 1), time)
                .ContinueWith(_ => _steps.Writer.TryWrite((tenant, job)), TaskScheduler.Default);
        }
    }

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
