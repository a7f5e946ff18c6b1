using System.Collections;
using System.Data;
using Hangfire.Storage;

namespace Hangfire.PostgreSql;

/// <summary>Queues of jobs.</summary>
public interface IPersistentJobQueue
{
    IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken);

    void Enqueue(IDbConnection connection, string queue, string jobId);
}

/// <summary>What a dashboard reads of queues.</summary>
public interface IPersistentJobQueueMonitoringApi
{
    IEnumerable<string> GetQueues();

    IEnumerable<long> GetEnqueuedJobIds(string queue, int from, int perPage);

    IEnumerable<long> GetFetchedJobIds(string queue, int from, int perPage);

    EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue);
}

/// <summary>Queues, and what a dashboard reads of them.</summary>
public interface IPersistentJobQueueProvider
{
    IPersistentJobQueue GetJobQueue();

    IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi();
}

/// <summary>How many jobs wait in a queue, and how many were taken from it.</summary>
public class EnqueuedAndFetchedCountDto
{
    public long EnqueuedCount { get; set; }

    public long FetchedCount { get; set; }
}

/// <summary>The provider of each queue.</summary>
public class PersistentJobQueueProviderCollection : IEnumerable<IPersistentJobQueueProvider>
{
    private readonly IPersistentJobQueueProvider defaultProvider;
    private readonly List<IPersistentJobQueueProvider> providers;
    private readonly Dictionary<string, IPersistentJobQueueProvider> byQueue = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All queues are <paramref name="defaultProvider"/>'s.</summary>
    public PersistentJobQueueProviderCollection(IPersistentJobQueueProvider defaultProvider)
    {
        ArgumentNullException.ThrowIfNull(defaultProvider);
        this.defaultProvider = defaultProvider;
        providers = [defaultProvider];
    }

    /// <summary>Gives queues to another provider.</summary>
    public void Add(IPersistentJobQueueProvider provider, IEnumerable<string> queues)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(queues);
        providers.Add(provider);
        foreach (var queue in queues) byQueue[queue] = provider;
    }

    public IPersistentJobQueueProvider GetProvider(string queue) => byQueue.GetValueOrDefault(queue, defaultProvider);

    public void Remove(string queue)
    {
        if (byQueue.Remove(queue, out var provider) && !byQueue.ContainsValue(provider)) providers.Remove(provider);
    }

    public IEnumerator<IPersistentJobQueueProvider> GetEnumerator() => providers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The queues in the storage's own table.</summary>
public class PostgreSqlJobQueueProvider(PostgreSqlStorage storage, PostgreSqlStorageOptions options) : IPersistentJobQueueProvider
{
    private readonly PostgreSqlJobQueue queue = new(storage);
    private readonly JobQueueMonitor monitor = new(storage.Database);

    public PostgreSqlStorage Storage { get; } = storage;

    public PostgreSqlStorageOptions Options { get; } = options;

    public IPersistentJobQueue GetJobQueue() => queue;

    public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi() => monitor;
}

internal sealed class JobQueueMonitor(Database database) : IPersistentJobQueueMonitoringApi
{
    public IEnumerable<string> GetQueues() => database.Query("GetQueues", static row => row.GetString(0));

    public IEnumerable<long> GetEnqueuedJobIds(string queue, int from, int perPage) =>
        database.Query("GetEnqueuedJobIds", static row => row.GetInt64(0), queue, from, perPage);

    public IEnumerable<long> GetFetchedJobIds(string queue, int from, int perPage) =>
        database.Query("GetFetchedJobIds", static row => row.GetInt64(0), queue, from, perPage);

    /// <summary>Exact up to 10,000 each; beyond that they are the planner's estimates.</summary>
    public EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue)
    {
        var counts = database.Query(
            "GetEnqueuedAndFetchedCount", static row => (Enqueued: row.GetInt64(0), Fetched: row.GetInt64(1)), queue, BoundedCount.Bound)[0];
        return new()
        {
            EnqueuedCount = database.OrEstimate(counts.Enqueued, "EstimateEnqueued", queue),
            FetchedCount = database.OrEstimate(counts.Fetched, "EstimateFetched", queue),
        };
    }
}
