using Hangfire.PostgreSql;
using Hangfire.Recurring;

namespace Hangfire.Storage;

/// <summary>Short forms on connections.</summary>
public static class StorageConnectionExtensions
{
    /// <summary>Locks one job.</summary>
    /// <exception cref="DistributedLockTimeoutException">It was not free in time.</exception>
    public static IDisposable AcquireDistributedJobLock(this IStorageConnection connection, string jobId, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return connection.AcquireDistributedLock($"job:{jobId}:state-lock", timeout);
    }

    public static long GetRecurringJobCount(this JobStorageConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.GetSetCount(RecurringJobTable.SetKey);
    }

    /// <summary>Ids between two places, the next one due first.</summary>
    public static List<string> GetRecurringJobIds(this JobStorageConnection connection, int startingFrom, int endingAt)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.GetRangeFromSet(RecurringJobTable.SetKey, startingFrom, endingAt);
    }

    /// <summary>Recurring jobs between two places, the next one due first.</summary>
    public static List<RecurringJobDto> GetRecurringJobs(this JobStorageConnection connection, int startingFrom, int endingAt) =>
        GetRecurringJobs((IStorageConnection)connection, connection.GetRecurringJobIds(startingFrom, endingAt));

    public static List<RecurringJobDto> GetRecurringJobs(this IStorageConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.GetRecurringJobs(connection.GetAllItemsFromSet(RecurringJobTable.SetKey));
    }

    /// <summary>The recurring jobs of these ids, in their order; one that does not exist is marked as removed.</summary>
    public static List<RecurringJobDto> GetRecurringJobs(this IStorageConnection connection, IEnumerable<string> ids)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(ids);
        return connection is PostgreSqlConnection own
            ? own.GetRecurringJobs([.. ids])
            : [.. ids.Select(id => ReadAlone(connection, id))];
    }

    private static RecurringJobDto ReadAlone(IStorageConnection connection, string id)
    {
        var fields = connection.GetAllEntriesFromHash(RecurringJobTable.HashPrefix + id);
        var lastJob = fields?.GetValueOrDefault("LastJobId");
        return RecurringJobReader.Read(id, fields, string.IsNullOrEmpty(lastJob) ? null : connection.GetStateData(lastJob)?.Name);
    }
}
