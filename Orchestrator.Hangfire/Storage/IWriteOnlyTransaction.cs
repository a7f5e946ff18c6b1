using Hangfire.States;

namespace Hangfire.Storage;

/// <summary>Writes that happen together, in the order in which they were asked for, when it is committed.</summary>
public interface IWriteOnlyTransaction : IDisposable
{
    void ExpireJob(string jobId, TimeSpan expireIn);

    void PersistJob(string jobId);

    /// <summary>Adds a state to the job's history and moves it there.</summary>
    void SetJobState(string jobId, IState state);

    /// <summary>Adds a state to the job's history only.</summary>
    void AddJobState(string jobId, IState state);

    void AddToQueue(string queue, string jobId);

    void IncrementCounter(string key);

    void IncrementCounter(string key, TimeSpan expireIn);

    void DecrementCounter(string key);

    void DecrementCounter(string key, TimeSpan expireIn);

    void AddToSet(string key, string value);

    void AddToSet(string key, string value, double score);

    void RemoveFromSet(string key, string value);

    /// <summary>Puts a value before all others.</summary>
    void InsertToList(string key, string value);

    void RemoveFromList(string key, string value);

    /// <summary>Keeps the values between two places, counted from 0.</summary>
    void TrimList(string key, int keepStartingFrom, int keepEndingAt);

    void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs);

    void RemoveHash(string key);

    void Commit();
}

/// <summary>A job that a worker has taken from its queue.</summary>
public interface IFetchedJob : IDisposable
{
    string JobId { get; }

    /// <summary>It is done: its place in the queue goes.</summary>
    void RemoveFromQueue();

    /// <summary>It is given back to its queue.</summary>
    void Requeue();
}
