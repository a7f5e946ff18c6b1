using Microsoft.Extensions.Hosting;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// How the work ends when the service stops: no run stays for another step, and attempts under way have
/// <see cref="Patience"/> to come to their end. What is cancelled then is taken back by the next worker.
/// <para>
/// A token of our own: Hangfire's ends with the delivered job, and the worker may be with a later step of the run.
/// </para>
/// </summary>
internal sealed class Drain : IDisposable
{
    /// <summary>Time for what is under way.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Hangfire is to know first that it has told the job to end: else it takes the end for a failure.</summary>
    private static readonly TimeSpan AfterHangfire = TimeSpan.FromSeconds(1);

    private readonly IHostApplicationLifetime _lifetime;
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _begin;

    public Drain(IHostApplicationLifetime lifetime, TimeProvider time)
    {
        (_lifetime, _over) = (lifetime, new CancellationTokenSource(Timeout.InfiniteTimeSpan, time));
        _begin = lifetime.ApplicationStopping.Register(() => _over.CancelAfter(Patience + AfterHangfire));
    }

    /// <summary>The service is stopping.</summary>
    public bool HasBegun => _lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Cancelled when the time for attempts under way is over.</summary>
    public CancellationToken Over => _over.Token;

    public void Dispose()
    {
        _begin.Dispose();
        _over.Dispose();
    }
}
