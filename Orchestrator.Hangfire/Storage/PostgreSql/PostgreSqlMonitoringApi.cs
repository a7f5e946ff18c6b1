using System.Globalization;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;

namespace Hangfire.PostgreSql;

/// <summary>What a dashboard reads.</summary>
public partial class PostgreSqlMonitoringApi : IMonitoringApi
{
    private const int FirstJobs = 5;

    private readonly Database database;
    private readonly PersistentJobQueueProviderCollection queueProviders;

    /// <summary>Reads <paramref name="storage"/>.</summary>
    public PostgreSqlMonitoringApi(PostgreSqlStorage storage, PersistentJobQueueProviderCollection queueProviders)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(queueProviders);
        this.queueProviders = queueProviders;
        database = storage.Database;
    }

    public IList<QueueWithTopEnqueuedJobsDto> Queues()
    {
        return [.. QueueNames().Select(queue =>
        {
            var counts = Monitor(queue).GetEnqueuedAndFetchedCount(queue);
            return new QueueWithTopEnqueuedJobsDto
            {
                Name = queue,
                Length = counts.EnqueuedCount,
                Fetched = counts.FetchedCount,
                FirstJobs = EnqueuedJobs(queue, 0, FirstJobs),
            };
        })];
    }

    public IList<ServerDto> Servers() => database.Query("GetServers", static row =>
    {
        var data = ServerRow.Deserialize(JobRow.TextOrNull(row, 1));
        return new ServerDto
        {
            Name = row.GetString(0),
            Heartbeat = row.GetDateTime(2),
            Queues = data.Queues,
            StartedAt = data.StartedAt ?? DateTime.MinValue,
            WorkersCount = data.WorkerCount,
        };
    });

    public JobDetailsDto? JobDetails(string jobId)
    {
        if (!long.TryParse(jobId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return null;
        var found = database.Query("GetJobData", static row => (Data: JobRow.Read(row, 0), ExpireAt: row.IsDBNull(6) ? (DateTime?)null : row.GetDateTime(6)), id);
        if (found.Count == 0) return null;
        var (data, expireAt) = found[0];
        return new()
        {
            Job = data.Job,
            LoadException = data.LoadException,
            InvocationData = data.InvocationData,
            CreatedAt = data.CreatedAt,
            ExpireAt = expireAt,
            Properties = data.ParametersSnapshot!.ToDictionary(static each => each.Key, static each => each.Value ?? ""),
            History = database.Query("GetHistory", static row => new StateHistoryDto
            {
                StateName = row.GetString(0),
                Reason = JobRow.TextOrNull(row, 1),
                CreatedAt = row.GetDateTime(2),
                Data = SerializationHelper.Deserialize<Dictionary<string, string>>(JobRow.TextOrNull(row, 3)) ?? [],
            }, id),
        };
    }

    /// <summary>Counts of rows are exact up to 10,000; beyond that they are the planner's estimates.</summary>
    public StatisticsDto GetStatistics()
    {
        var statistics = database.Query("GetStatistics", static row => new StatisticsDto
        {
            Enqueued = row.GetInt64(0),
            Failed = row.GetInt64(1),
            Processing = row.GetInt64(2),
            Scheduled = row.GetInt64(3),
            Awaiting = row.GetInt64(4),
            Servers = row.GetInt64(5),
            Recurring = row.GetInt64(6),
            Retries = row.GetInt64(7),
        }, BoundedCount.Bound)[0];
        statistics.Enqueued = OrEstimate(statistics.Enqueued, EnqueuedState.StateName);
        statistics.Failed = OrEstimate(statistics.Failed, FailedState.StateName);
        statistics.Processing = OrEstimate(statistics.Processing, ProcessingState.StateName);
        statistics.Scheduled = OrEstimate(statistics.Scheduled, ScheduledState.StateName);
        statistics.Awaiting = OrEstimate(statistics.Awaiting ?? 0, AwaitingState.StateName);
        statistics.Recurring = database.OrEstimate(statistics.Recurring, "EstimateSet", "recurring-jobs");
        statistics.Retries = database.OrEstimate(statistics.Retries ?? 0, "EstimateSet", "retries");
        statistics.Queues = QueueNames().Length;
        var counters = Counters(["stats:succeeded", "stats:deleted"]);
        statistics.Succeeded = counters.GetValueOrDefault("stats:succeeded");
        statistics.Deleted = counters.GetValueOrDefault("stats:deleted");
        return statistics;
    }

    public long ScheduledCount() => Count(ScheduledState.StateName);

    public long EnqueuedCount(string queue) => Monitor(queue).GetEnqueuedAndFetchedCount(queue).EnqueuedCount;

    public long FetchedCount(string queue) => Monitor(queue).GetEnqueuedAndFetchedCount(queue).FetchedCount;

    public long FailedCount() => Count(FailedState.StateName);

    public long ProcessingCount() => Count(ProcessingState.StateName);

    public long SucceededListCount() => Count(SucceededState.StateName);

    public long DeletedListCount() => Count(DeletedState.StateName);

    public IDictionary<DateTime, long> SucceededByDatesCount() => ByDay("succeeded");

    public IDictionary<DateTime, long> FailedByDatesCount() => ByDay("failed");

    public IDictionary<DateTime, long> HourlySucceededJobs() => ByHour("succeeded");

    public IDictionary<DateTime, long> HourlyFailedJobs() => ByHour("failed");

    private IPersistentJobQueueMonitoringApi Monitor(string queue) => queueProviders.GetProvider(queue).GetJobQueueMonitoringApi();

    private string[] QueueNames() =>
        [.. queueProviders.SelectMany(static provider => provider.GetJobQueueMonitoringApi().GetQueues()).Distinct().Order(StringComparer.Ordinal)];

    private long OrEstimate(long counted, string stateName) => database.OrEstimate(counted, "EstimateJobsByState", stateName);

    private Dictionary<DateTime, long> ByDay(string what)
    {
        var today = DateTime.UtcNow.Date;
        return Timeline(Enumerable.Range(0, 7).Select(back => today.AddDays(-back)), day => string.Create(CultureInfo.InvariantCulture, $"stats:{what}:{day:yyyy-MM-dd}"));
    }

    private Dictionary<DateTime, long> ByHour(string what)
    {
        var now = DateTime.UtcNow;
        var hour = now.Date.AddHours(now.Hour);
        return Timeline(Enumerable.Range(0, 24).Select(back => hour.AddHours(-back)), each => string.Create(CultureInfo.InvariantCulture, $"stats:{what}:{each:yyyy-MM-dd-HH}"));
    }

    private Dictionary<DateTime, long> Timeline(IEnumerable<DateTime> times, Func<DateTime, string> key)
    {
        var keys = times.ToDictionary(static time => time, key);
        var counters = Counters([.. keys.Values]);
        return keys.ToDictionary(static each => each.Key, each => counters.GetValueOrDefault(each.Value));
    }

    private Dictionary<string, long> Counters(string[] keys) =>
        database.Query("GetCounters", static row => (row.GetString(0), row.GetInt64(1)), (object)keys).ToDictionary(static each => each.Item1, static each => each.Item2);
}
