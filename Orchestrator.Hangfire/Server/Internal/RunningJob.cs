using System.Globalization;
using Hangfire.PostgreSql;

namespace Hangfire.Server;

/// <summary>
/// A job from its claim until its end is recorded. Its token is cancelled when the server gives up waiting, or when the
/// job was moved by somebody else.
/// </summary>
internal sealed class RunningJob(ClaimedJob claimed, Database database, CancellationToken stopped) : IJobCancellationToken, IDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private CancellationTokenSource? source;
    private long lastCheck = Environment.TickCount64;
    private volatile bool isAborted;

    public ClaimedJob Claimed => claimed;

    public bool IsAborted => isAborted;

    public bool IsStopped => stopped.IsCancellationRequested;

    /// <summary>Most jobs never ask for their token, so it is made when one does.</summary>
    public CancellationToken ShutdownToken
    {
        get
        {
            lock (gate)
            {
                if (source is not null) return source.Token;
                source = CancellationTokenSource.CreateLinkedTokenSource(stopped);
                if (isAborted) source.Cancel();
                return source.Token;
            }
        }
    }

    public void ThrowIfCancellationRequested()
    {
        stopped.ThrowIfCancellationRequested();
        if (!isAborted && IsTimeToCheck() && database.Query("FindMovedJobs", static row => row.GetInt64(0), new[] { claimed.JobId }, new[] { claimed.Fence }).Count > 0)
            Abort();
        if (isAborted) throw new JobAbortedException();
    }

    public void Abort()
    {
        lock (gate)
        {
            isAborted = true;
            source?.Cancel();
        }
    }

    public void Dispose()
    {
        lock (gate) source?.Dispose();
    }

    public override string ToString() => claimed.JobId.ToString(CultureInfo.InvariantCulture);

    /// <summary>A loop that asks all the time must not ask the database all the time.</summary>
    private bool IsTimeToCheck()
    {
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref lastCheck);
        return now - last >= CheckInterval.TotalMilliseconds && Interlocked.CompareExchange(ref lastCheck, now, last) == last;
    }
}
