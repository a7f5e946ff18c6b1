namespace Hangfire.PostgreSql;

/// <summary>Something has happened that one waiting loop should look at. Set twice before it looks, it looks once.</summary>
internal sealed class Signal
{
    private readonly SemaphoreSlim semaphore = new(0, 1);
    private int isSet;

    /// <summary>Never waits, from any thread; cheap when it is set already.</summary>
    public void Set()
    {
        if (Volatile.Read(ref isSet) == 0 && Interlocked.Exchange(ref isSet, 1) == 0) semaphore.Release();
    }

    /// <summary>Waits until it is set, for <paramref name="timeout"/> at most, and resets it.</summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (await semaphore.WaitAsync(timeout, cancellationToken).ConfigureAwait(false)) Volatile.Write(ref isSet, 0);
    }

    /// <summary>As <see cref="WaitAsync"/>, on the caller's thread.</summary>
    public void Wait(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (semaphore.Wait(timeout, cancellationToken)) Volatile.Write(ref isSet, 0);
    }
}
