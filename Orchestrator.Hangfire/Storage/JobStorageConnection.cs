using Hangfire.Common;
using Hangfire.Server;

namespace Hangfire.Storage;

/// <summary>Base of connections. Members that are not abstract say by throwing that a storage hasn't them.</summary>
public abstract class JobStorageConnection : IStorageConnection
{
    public virtual void Dispose() => GC.SuppressFinalize(this);

    public abstract IWriteOnlyTransaction CreateWriteTransaction();

    public abstract IDisposable AcquireDistributedLock(string resource, TimeSpan timeout);

    public abstract string CreateExpiredJob(Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn);

    public abstract IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken);

    public abstract void SetJobParameter(string id, string name, string? value);

    public abstract string? GetJobParameter(string id, string name);

    public abstract JobData? GetJobData(string jobId);

    public abstract StateData? GetStateData(string jobId);

    public abstract void AnnounceServer(string serverId, ServerContext context);

    public abstract void RemoveServer(string serverId);

    public abstract void Heartbeat(string serverId);

    public abstract int RemoveTimedOutServers(TimeSpan timeOut);

    public abstract HashSet<string> GetAllItemsFromSet(string key);

    public abstract string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore);

    public abstract void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs);

    public abstract Dictionary<string, string>? GetAllEntriesFromHash(string key);

    /// <summary>The first <paramref name="count"/> members by score of those between.</summary>
    public virtual List<string> GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore, int count) =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Connection.BatchedGetFirstByLowest);

    public virtual long GetSetCount(string key) => throw Missing();

    public virtual long GetSetCount(IEnumerable<string> keys, int limit) =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Connection.LimitedGetSetCount);

    public virtual bool GetSetContains(string key, string value) =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Connection.GetSetContains);

    public virtual List<string> GetRangeFromSet(string key, int startingFrom, int endingAt) => throw Missing();

    public virtual TimeSpan GetSetTtl(string key) => throw Missing();

    public virtual string? GetValueFromHash(string key, string name) => throw Missing();

    public virtual long GetHashCount(string key) => throw Missing();

    public virtual TimeSpan GetHashTtl(string key) => throw Missing();

    public virtual long GetListCount(string key) => throw Missing();

    public virtual TimeSpan GetListTtl(string key) => throw Missing();

    public virtual List<string> GetRangeFromList(string key, int startingFrom, int endingAt) => throw Missing();

    public virtual List<string> GetAllItemsFromList(string key) => throw Missing();

    public virtual long GetCounter(string key) => throw Missing();

    /// <summary>The storage's own clock.</summary>
    public virtual DateTime GetUtcDateTime() =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Connection.GetUtcDateTime);

    private static Exception Missing() => JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.ExtendedApi);
}
