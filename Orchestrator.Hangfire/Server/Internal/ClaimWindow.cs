using System.Diagnostics;

namespace Hangfire.Server;

/// <summary>
/// From which job on a claim looks. While an old transaction is open the database can't forget what was taken since, and
/// the start of a queue is a stretch of dead entries that every claim would walk through, longer with each job. So a claim
/// begins behind the last job that was taken, and a look from the very start is made as often as it is cheap: all the time
/// on a healthy database, a tenth of the time on one like this. It finds what lies before, as retries and returned jobs do.
/// </summary>
internal sealed class ClaimWindow(Func<long> timestamp)
{
    /// <summary>Share of the time that looks from the start may take, as a divisor.</summary>
    private const int Share = 10;

    private static readonly TimeSpan Cheap = TimeSpan.FromMilliseconds(20), LongestPause = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, long> next = [];
    private long lookedAt;
    private TimeSpan pause;

    public ClaimWindow()
        : this(Stopwatch.GetTimestamp)
    {
    }

    /// <summary>Whether the last look was not from the start.</summary>
    public bool IsPending { get; private set; }

    /// <summary>Until the next look from the start; zero: it is due.</summary>
    public TimeSpan UntilWhole => pause - Stopwatch.GetElapsedTime(lookedAt, timestamp()) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>The first job of each queue to look at.</summary>
    public Look Begin(string[] queues)
    {
        var isWhole = UntilWhole == TimeSpan.Zero;
        return new(isWhole, Array.ConvertAll(queues, queue => isWhole ? 0 : next.GetValueOrDefault(queue)), timestamp());
    }

    /// <summary>What the look has found, and by that what it has cost.</summary>
    public void End(Look look, IEnumerable<ClaimedJob> found)
    {
        foreach (var job in found) next[job.Queue] = Math.Max(next.GetValueOrDefault(job.Queue), job.JobId + 1);
        IsPending = !look.IsWhole;
        if (IsPending) return;
        lookedAt = timestamp();
        var cost = Stopwatch.GetElapsedTime(look.Began, lookedAt);
        pause = cost < Cheap ? TimeSpan.Zero : cost * Share < LongestPause ? cost * Share : LongestPause;
    }

    public sealed record Look(bool IsWhole, long[] From, long Began);
}
