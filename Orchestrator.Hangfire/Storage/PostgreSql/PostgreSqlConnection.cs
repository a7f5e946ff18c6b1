using System.Globalization;
using Hangfire.Common;
using Hangfire.Recurring;
using Hangfire.Server;
using Hangfire.Storage;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>Reads and single writes; it holds no connection of the database between two calls.</summary>
public partial class PostgreSqlConnection : JobStorageConnection
{
    private readonly PostgreSqlStorage storage;
    private readonly Database database;

    /// <summary>A connection to <paramref name="storage"/>.</summary>
    public PostgreSqlConnection(PostgreSqlStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        this.storage = storage;
        database = storage.Database;
    }

    public override void Dispose() => base.Dispose();

    public override IWriteOnlyTransaction CreateWriteTransaction() => new PostgreSqlWriteOnlyTransaction(storage);

    public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout) => storage.Locks.Acquire(resource, timeout);

    public override string CreateExpiredJob(Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(parameters);
        using var transaction = new PostgreSqlWriteOnlyTransaction(storage);
        var id = transaction.CreateJob(job, parameters, createdAt, expireIn);
        transaction.Commit();
        return id;
    }

    public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queues);
        ArgumentOutOfRangeException.ThrowIfZero(queues.Length, nameof(queues));
        return storage.QueueProviders.GetProvider(queues[0]).GetJobQueue().Dequeue(queues, cancellationToken);
    }

    public override void SetJobParameter(string id, string name, string? value) => database.Execute("SetJobParameter", Id(id), name, value);

    public override string? GetJobParameter(string id, string name) =>
        TryId(id, out var jobId) ? database.Scalar<string>("GetJobParameter", jobId, name) : null;

    public override JobData? GetJobData(string id) =>
        TryId(id, out var jobId) ? database.Query("GetJobData", static row => JobRow.Read(row, 0), jobId).FirstOrDefault() : null;

    public override StateData? GetStateData(string jobId) => TryId(jobId, out var id)
        ? database.Query("GetStateData", static row => new StateData
        {
            Name = row.GetString(0),
            Reason = JobRow.TextOrNull(row, 1),
            Data = SerializationHelper.Deserialize<Dictionary<string, string>>(JobRow.TextOrNull(row, 2)) ?? [],
        }, id).FirstOrDefault()
        : null;

    public override void AnnounceServer(string serverId, ServerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        database.Execute("AnnounceServer", serverId, ServerRow.Serialize(context, LocalClock.UtcNow, lockKey: null));
    }

    public override void RemoveServer(string serverId) => database.Execute("RemoveServer", serverId);

    public override void Heartbeat(string serverId)
    {
        if (database.Execute("Heartbeat", serverId) == 0) throw new BackgroundServerGoneException();
    }

    public override int RemoveTimedOutServers(TimeSpan timeOut)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeOut, TimeSpan.Zero);
        return database.Execute("RemoveTimedOutServers", timeOut);
    }

    public override DateTime GetUtcDateTime() => database.Scalar<DateTime>("GetUtcDateTime");

    internal List<RecurringJobDto> GetRecurringJobs(string[] ids) => database.Query(
        "GetRecurringJobs",
        static row => RecurringJobReader.Read(
            row.GetString(0), SerializationHelper.Deserialize<Dictionary<string, string>>(JobRow.TextOrNull(row, 1)), JobRow.TextOrNull(row, 2)),
        (object)ids);

    internal static (string[] Keys, string[] Values) Columns(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        // The last of equal fields counts, as if they were set one by one.
        var last = new Dictionary<string, string>();
        foreach (var (key, value) in pairs) last[key] = value;
        return ([.. last.Keys], [.. last.Values]);
    }

    private static long Id(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    /// <summary>What is no number is the id of no job.</summary>
    private static bool TryId(string id, out long jobId) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out jobId);

    private static string Text(NpgsqlDataReader row) => row.GetString(0);
}
