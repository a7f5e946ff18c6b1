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
        foreach (var statement in Deletions)
        {
            while (await storage.Database.ExecuteAsync(statement, cancellationToken, storage.Options.DeleteExpiredBatchSize).ConfigureAwait(false) > 0)
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Each batch makes at least one row of many, so it ends when there are few.</summary>
    public async Task AggregateCountersAsync(CancellationToken cancellationToken)
    {
        while (await storage.Database.ExecuteAsync("AggregateCounters", cancellationToken, CountersBatch).ConfigureAwait(false) > 0)
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
