using Hangfire.Common;
using Hangfire.States;

namespace Hangfire.Storage;

/// <summary>Base of transactions. Members that are not abstract say by throwing that a storage hasn't them.</summary>
public abstract class JobStorageTransaction : IWriteOnlyTransaction
{
    public virtual void Dispose() => GC.SuppressFinalize(this);

    public abstract void ExpireJob(string jobId, TimeSpan expireIn);

    public abstract void PersistJob(string jobId);

    public abstract void SetJobState(string jobId, IState state);

    public abstract void AddJobState(string jobId, IState state);

    public abstract void AddToQueue(string queue, string jobId);

    public abstract void IncrementCounter(string key);

    public abstract void IncrementCounter(string key, TimeSpan expireIn);

    public abstract void DecrementCounter(string key);

    public abstract void DecrementCounter(string key, TimeSpan expireIn);

    public abstract void AddToSet(string key, string value);

    public abstract void AddToSet(string key, string value, double score);

    public abstract void RemoveFromSet(string key, string value);

    public abstract void InsertToList(string key, string value);

    public abstract void RemoveFromList(string key, string value);

    public abstract void TrimList(string key, int keepStartingFrom, int keepEndingAt);

    public abstract void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs);

    public abstract void RemoveHash(string key);

    public abstract void Commit();

    public virtual void ExpireSet(string key, TimeSpan expireIn) => throw Missing();

    public virtual void ExpireList(string key, TimeSpan expireIn) => throw Missing();

    public virtual void ExpireHash(string key, TimeSpan expireIn) => throw Missing();

    public virtual void PersistSet(string key) => throw Missing();

    public virtual void PersistList(string key) => throw Missing();

    public virtual void PersistHash(string key) => throw Missing();

    public virtual void AddRangeToSet(string key, IList<string> items) => throw Missing();

    public virtual void RemoveSet(string key) => throw Missing();

    /// <summary>Holds a lock from now until the transaction ends.</summary>
    public virtual void AcquireDistributedLock(string resource, TimeSpan timeout) =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Transaction.AcquireDistributedLock);

    public virtual string CreateJob(Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn) =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Transaction.CreateJob);

    public virtual void SetJobParameter(string jobId, string name, string? value) =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Transaction.SetJobParameter);

    public virtual void RemoveFromQueue(IFetchedJob fetchedJob) =>
        throw JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.Transaction.RemoveFromQueue(fetchedJob.GetType()));

    private static Exception Missing() => JobStorageFeatures.GetNotSupportedException(JobStorageFeatures.ExtendedApi);
}
