using System.Collections.Concurrent;
using System.Diagnostics;
using Hangfire.PostgreSql;

namespace Hangfire.Server;

/// <summary>The jobs of one server between claim and record, and what keeps them its own.</summary>
internal sealed class RunningJobs(Database database)
{
    private readonly ConcurrentDictionary<long, RunningJob> jobs = new();
    private readonly Signal changed = new();

    public int Count => jobs.Count;

    public void Add(RunningJob job) => jobs[job.Claimed.QueueId] = job;

    public void Remove(RunningJob job)
    {
        jobs.TryRemove(new(job.Claimed.QueueId, job));
        job.Dispose();
        changed.Set();
    }

    /// <summary>Keeps what runs long from being taken for lost.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        long[] ids = [.. jobs.Keys];
        if (ids.Length > 0) await database.ExecuteAsync("RenewJobs", cancellationToken, ids).ConfigureAwait(false);
    }

    /// <summary>Tells jobs that were moved by somebody else to end.</summary>
    public async Task AbortMovedAsync(CancellationToken cancellationToken)
    {
        RunningJob[] running = [.. jobs.Values];
        if (running.Length == 0) return;
        var moved = await database.QueryAsync("FindMovedJobs", static row => row.GetInt64(0), cancellationToken, JobIds(running), Fences(running))
            .ConfigureAwait(false);
        foreach (var job in running)
            if (moved.Contains(job.Claimed.JobId)) job.Abort();
    }

    /// <summary>Waits until nothing runs; false: something still does after <paramref name="timeout"/>.</summary>
    public async Task<bool> DrainAsync(TimeSpan timeout)
    {
        var started = Stopwatch.GetTimestamp();
        while (!jobs.IsEmpty)
        {
            var left = timeout - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return false;
            await changed.WaitAsync(left, CancellationToken.None).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Gives everything that still runs back to the queues.</summary>
    public Task ReleaseAsync() => ReleaseAsync([.. jobs.Values]);

    public async Task ReleaseAsync(params RunningJob[] running)
    {
        if (running.Length == 0) return;
        await database.ExecuteAsync(
            "ReleaseJobs",
            CancellationToken.None,
            Array.ConvertAll(running, static job => job.Claimed.QueueId),
            JobIds(running),
            Fences(running)).ConfigureAwait(false);
    }

    private static long[] JobIds(RunningJob[] running) => Array.ConvertAll(running, static job => job.Claimed.JobId);

    private static long[] Fences(RunningJob[] running) => Array.ConvertAll(running, static job => job.Claimed.Fence);
}
