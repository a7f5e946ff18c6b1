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
}
