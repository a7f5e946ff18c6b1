using System.Globalization;
using Hangfire.States;

namespace Hangfire.PostgreSql;

/// <summary>What our own dashboard reads besides the API.</summary>
public partial class PostgreSqlMonitoringApi
{
    internal long AwaitingCount() => Count(AwaitingState.StateName);

    internal long RetriesCount() => CountSet("retries");

    internal IDictionary<DateTime, long> DeletedByDatesCount() => ByDay("deleted");

    internal IDictionary<DateTime, long> HourlyDeletedJobs() => ByHour("deleted");

    /// <summary>Jobs in the order of their ids; those that are none are left out.</summary>
    internal List<MonitoredJob> JobsById(IEnumerable<string> ids) => JobsById(
        ids.Select(static id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray());

    /// <summary>The next one due first.</summary>
    internal List<MonitoredJob> JobsOfSchedule(int from, int count) =>
        JobsById(database.Query("GetRangeFromSet", static row => row.GetString(0), ScheduledHandler.SetKey, from, count));

    internal List<MonitoredJob> JobsOfRetries(int from, int count) =>
        JobsById(database.Query("GetRetryJobIds", static row => row.GetString(0), from, count));

    internal List<MonitoredJob> JobsOfQueue(string queue, int from, int count) => JobsById(Monitor(queue).GetEnqueuedJobIds(queue, from, count).ToArray());

    internal List<MonitoredJob> FetchedJobsOfQueue(string queue, int from, int count) => JobsById(Monitor(queue).GetFetchedJobIds(queue, from, count).ToArray());

    /// <summary>How many jobs wait in each queue that has any, and how many were taken.</summary>
    internal Dictionary<string, EnqueuedAndFetchedCountDto> QueueLengths() =>
        QueueNames().ToDictionary(static queue => queue, queue => Monitor(queue).GetEnqueuedAndFetchedCount(queue));

    /// <summary>The newest first, by id or by a part of <c>Type.Method</c>, however it is written.</summary>
    internal List<MonitoredJob> Search(string text, int count)
    {
        if (long.TryParse(text.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return JobsById([id]);
        return JobsById(database.Query("SearchJobs", static row => row.GetInt64(0), text.ToLowerInvariant(), JobSearch.Window, count).ToArray());
    }

    /// <summary>
    /// The newest first. Most lists are found at the end of the primary key; only where that is not enough the index on the
    /// state is asked, and its ids are sorted. Both have the same order, so pages fit together.
    /// </summary>
    internal List<MonitoredJob> JobsByState(string stateName, int from, int count)
    {
        var window = Math.Min(NewestWindow.Longest, ((long)from + count) * NewestWindow.Share + NewestWindow.Shortest);
        var ids = database.Query("GetNewestJobIdsByState", static row => row.GetInt64(0), stateName, from, count, (int)window);
        if (ids.Count < count) ids = database.Query("GetJobIdsByState", static row => row.GetInt64(0), stateName, from, count);
        return JobsById(ids.ToArray());
    }

    private List<MonitoredJob> JobsById(long[] ids) => ids.Length == 0 ? [] : database.Query("GetJobsById", MonitoredJob.Read, ids);

    private long Count(string stateName) => database.OrEstimate(
        database.Scalar<long>("CountJobsByState", stateName, BoundedCount.Bound), "EstimateJobsByState", stateName);

    private long CountSet(string key) => database.OrEstimate(
        database.Scalar<long>("GetSetCountOf", new[] { key }, BoundedCount.Bound), "EstimateSet", key);

    /// <summary>How many of the newest jobs are looked through for those of a state.</summary>
    private static class NewestWindow
    {
        public const int Shortest = 1_000, Longest = 60_000, Share = 5;
    }
}
