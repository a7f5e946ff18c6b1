using Hangfire.Common;
using Hangfire.Server;

namespace Hangfire.Storage;

/// <summary>Reads and single writes of a storage. Not for several threads at once.</summary>
public interface IStorageConnection : IDisposable
{
    /// <summary>A transaction that gathers writes and makes them in its commit.</summary>
    IWriteOnlyTransaction CreateWriteTransaction();

    /// <summary>Takes a lock that everybody on this storage respects; disposing gives it back.</summary>
    /// <exception cref="DistributedLockTimeoutException">It was not free in time.</exception>
    IDisposable AcquireDistributedLock(string resource, TimeSpan timeout);

    /// <summary>Stores a job without a state, which goes after <paramref name="expireIn"/> if it gets none.</summary>
    string CreateExpiredJob(Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn);

    /// <summary>Waits for a job in one of the queues and takes it.</summary>
    IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken);

    void SetJobParameter(string id, string name, string? value);

    string? GetJobParameter(string id, string name);

    /// <summary>The job; null: there is none.</summary>
    JobData? GetJobData(string jobId);

    /// <summary>The job's state; null: it has none.</summary>
    StateData? GetStateData(string jobId);

    void AnnounceServer(string serverId, ServerContext context);

    void RemoveServer(string serverId);

    /// <summary>Says that the server is alive.</summary>
    /// <exception cref="BackgroundServerGoneException">The server is not known any more.</exception>
    void Heartbeat(string serverId);

    /// <summary>Forgets servers without a heartbeat for so long, and says how many.</summary>
    int RemoveTimedOutServers(TimeSpan timeOut);

    HashSet<string> GetAllItemsFromSet(string key);

    /// <summary>The member with the lowest score of those between; null: there is none.</summary>
    string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore);

    void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs);

    /// <summary>All fields; null: there is no such hash.</summary>
    Dictionary<string, string>? GetAllEntriesFromHash(string key);
}
