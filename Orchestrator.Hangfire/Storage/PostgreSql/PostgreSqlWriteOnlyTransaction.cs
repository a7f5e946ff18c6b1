using System.Globalization;
using Hangfire.Common;
using Hangfire.Continuations;
using Hangfire.States;
using Hangfire.Storage;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>A job was moved, or got children, since it was read; nothing was written.</summary>
internal sealed class JobMovedException : Exception;

/// <summary>Gathers writes, and makes them in one round trip and one transaction when it is committed.</summary>
public class PostgreSqlWriteOnlyTransaction : JobStorageTransaction
{
    private readonly PostgreSqlStorage storage;
    private readonly List<Operation> operations = [];
    private readonly List<IDisposable> locks = [];
    private ContinuationStart? continuations;

    internal PostgreSqlWriteOnlyTransaction(PostgreSqlStorage storage) => this.storage = storage;

    internal IReadOnlyList<Operation> Operations => operations;

    /// <summary>Moves the children of jobs that end here.</summary>
    internal ContinuationStart Continuations => continuations ??= new(this);

    public override void SetJobState(string jobId, IState state) => operations.Add(new Operation.SetState(Id(jobId), state));

    public override void AddJobState(string jobId, IState state) => operations.Add(new Operation.AddState(Id(jobId), state));

    public override void ExpireJob(string jobId, TimeSpan expireIn) => operations.Add(new Operation.Expire(Id(jobId), expireIn));

    public override void PersistJob(string jobId) => operations.Add(new Operation.Persist(Id(jobId)));

    public override void AddToQueue(string queue, string jobId) => operations.Add(new Operation.Queue(Id(jobId), queue));

    public override void IncrementCounter(string key) => operations.Add(new Operation.Count(key, 1, null));

    public override void IncrementCounter(string key, TimeSpan expireIn) => operations.Add(new Operation.Count(key, 1, expireIn));

    public override void DecrementCounter(string key) => operations.Add(new Operation.Count(key, -1, null));

    public override void DecrementCounter(string key, TimeSpan expireIn) => operations.Add(new Operation.Count(key, -1, expireIn));

    public override void AddToSet(string key, string value) => AddToSet(key, value, 0);

    public override void AddToSet(string key, string value, double score) => operations.Add(new Operation.AddToSet(key, value, score));

    public override void RemoveFromSet(string key, string value) => operations.Add(new Operation.RemoveFromSet(key, value));

    public override void AddRangeToSet(string key, IList<string> items) => Add("AddRangeToSet", key, items.Distinct().ToArray());

    public override void RemoveSet(string key) => Add("RemoveSet", key);

    public override void ExpireSet(string key, TimeSpan expireIn) => Add("ExpireSet", key, expireIn);

    public override void PersistSet(string key) => Add("ExpireSet", key, null);

    public override void InsertToList(string key, string value) => Add("InsertToList", key, value);

    public override void RemoveFromList(string key, string value) => Add("RemoveFromList", key, value);

    public override void TrimList(string key, int keepStartingFrom, int keepEndingAt) =>
        Add("TrimList", key, keepStartingFrom, Math.Max(0, keepEndingAt - keepStartingFrom + 1));

    public override void ExpireList(string key, TimeSpan expireIn) => Add("ExpireList", key, expireIn);

    public override void PersistList(string key) => Add("ExpireList", key, null);

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        var (fields, values) = PostgreSqlConnection.Columns(keyValuePairs);
        Add("SetRangeInHash", key, fields, values);
    }

    public override void RemoveHash(string key) => Add("RemoveHash", key);

    public override void ExpireHash(string key, TimeSpan expireIn) => Add("ExpireHash", key, expireIn);

    public override void PersistHash(string key) => Add("ExpireHash", key, null);

    public override string CreateJob(Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        var id = storage.JobIds.Next();
        InsertCreation(id, InvocationData.SerializeJob(job), parameters.AsReadOnly(), createdAt, expireIn);
        return id.ToString(CultureInfo.InvariantCulture);
    }

    public override void SetJobParameter(string jobId, string name, string? value) => Add("SetJobParameter", Id(jobId), name, value);

    public override void RemoveFromQueue(IFetchedJob fetchedJob)
    {
        if (fetchedJob is not PostgreSqlFetchedJob fetched) throw new ArgumentException("The job was fetched from another storage.", nameof(fetchedJob));
        Add("RemoveFromQueue", fetched.Id);
        fetched.LeaveToTransaction();
    }

    public override void AcquireDistributedLock(string resource, TimeSpan timeout) => locks.Add(storage.Locks.Acquire(resource, timeout));

    public override void Commit()
    {
        if (operations.Count > 0) Write();
        foreach (var operation in operations)
        {
            if (operation is Operation.Queue queued) storage.Signals.Wake(queued.Name);
            else if (operation is Operation.SetState { State: ScheduledState }) storage.Signals.WakeSchedulers();
        }

        operations.Clear();
    }

    public override void Dispose()
    {
        foreach (var held in locks) held.Dispose();
        locks.Clear();
        base.Dispose();
    }

    /// <summary>Lets the commit fail with <see cref="JobMovedException"/> if the job is not in this state's row any more.</summary>
    internal void RequireState(string jobId, long? stateId) => RequireState(Id(jobId), stateId);

    internal void RequireState(long jobId, long? stateId) => operations.Add(new Operation.RequireState(jobId, stateId));

    /// <summary>Lets the commit fail with <see cref="JobMovedException"/> if the job has got children since they were read.</summary>
    internal void RequireContinuations(string jobId, int length) => operations.Add(new Operation.RequireContinuations(Id(jobId), length));

    internal void Add(IEnumerable<Operation> others) => operations.AddRange(others);

    /// <summary>Puts the making of a job before what was asked for, as that is about it.</summary>
    internal void InsertCreation(long id, InvocationData invocation, IReadOnlyDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        var asked = operations.ToArray();
        operations.Clear();
        Add("CreateJob", id, invocation.SerializePayload(), invocation.Arguments, createdAt, expireIn);
        foreach (var (name, value) in parameters) Add("SetJobParameter", id, name, value);
        operations.AddRange(asked);
    }

    internal void Add(string statement, params object?[] values) => operations.Add(new Operation.Other(statement, values));

    private static long Id(string jobId) => long.Parse(jobId, CultureInfo.InvariantCulture);

    private void Write()
    {
        var commands = operations.ConvertAll(static operation => operation.ToCommand());
        var queues = operations.OfType<Operation.Queue>().Select(static each => each.Name);
        if (storage.Signals.Notification(queues) is { } notification) commands.Add(("NotifyQueue", [notification]));
        try
        {
            storage.Database.ExecuteBatch(commands);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            throw new JobMovedException();
        }
    }
}
