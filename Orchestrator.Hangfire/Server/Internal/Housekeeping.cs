using Hangfire.PostgreSql;

namespace Hangfire.Server;

/// <summary>Deletes what has expired and sums up counters. Servers that do it at a time pass over each other's rows.</summary>
internal sealed class Housekeeping(PostgreSqlStorage storage)
{
    private const int CountersBatch = 10_000;

    private static readonly string[] Deletions =
    [
        "DeleteExpiredJobs", "DeleteExpiredCounters", "DeleteExpiredAggregatedCounters",
        "DeleteExpiredSets", "DeleteExpiredHashes", "DeleteExpiredLists",
    ];

    public async Task DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var batch = storage.Options.DeleteExpiredBatchSize;
        foreach (var statement in Deletions)
        {
            while (await storage.Database.ExecuteAsync(statement, cancellationToken, batch).ConfigureAwait(false) == batch)
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends with the first batch that is not full: what comes meanwhile is for the next time.</summary>
    public async Task AggregateCountersAsync(CancellationToken cancellationToken)
    {
        while (await storage.Database.ScalarAsync<long>("AggregateCounters", cancellationToken, CountersBatch).ConfigureAwait(false) == CountersBatch)
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Gives jobs back that nobody has renewed for the invisibility timeout.</summary>
    public async Task ReleaseTimedOutJobsAsync(string[] queues, CancellationToken cancellationToken)
    {
        var released = await storage.Database.ExecuteAsync(
            "ReleaseTimedOutJobs", cancellationToken, queues, storage.Options.InvisibilityTimeout).ConfigureAwait(false);
        if (released > 0) storage.Signals.WakeAll();
    }
}
