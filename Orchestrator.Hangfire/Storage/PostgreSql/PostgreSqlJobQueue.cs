using System.Data;
using System.Globalization;
using Hangfire.Storage;

namespace Hangfire.PostgreSql;

/// <summary>The queues as tables see them.</summary>
public class PostgreSqlJobQueue : IPersistentJobQueue
{
    private readonly PostgreSqlStorage storage;

    /// <summary>The queues of <paramref name="storage"/>.</summary>
    public PostgreSqlJobQueue(PostgreSqlStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        this.storage = storage;
    }

    /// <summary>
    /// Tells the workers of this process to look into their queues, after jobs were put there by other means than this
    /// API. Cheap, from any thread, as often as you like.
    /// </summary>
    public void FetchNextJob() => storage.Signals.WakeAll();

    /// <summary>Puts a job into a queue, on the caller's connection.</summary>
    public void Enqueue(IDbConnection connection, string queue, string jobId)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var command = connection.CreateCommand();
        command.CommandText = storage.Database.Sql["AddToQueue"];
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = long.Parse(jobId, CultureInfo.InvariantCulture) });
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = queue });
        command.ExecuteNonQuery();
    }

    /// <summary>Waits for a job in one of the queues, the first queue first, and takes it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queues);
        var listener = new WorkerSignals.Listener(queues, static () => true);
        using var listening = storage.Signals.Listen(listener);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var paused = storage.Database.Query("GetPausedQueues", static row => row.GetString(0));
            var fetched = storage.Database.Query("FetchJob", row => new PostgreSqlFetchedJob(
                storage, row.GetInt64(0), row.GetInt64(1).ToString(CultureInfo.InvariantCulture), row.GetString(2), row.GetDateTime(3)),
                Array.FindAll(queues, queue => !paused.Contains(queue)), storage.Options.InvisibilityTimeout);
            if (fetched.Count > 0) return fetched[0];
            listener.Jobs.Wait(storage.Options.QueuePollInterval, cancellationToken);
        }
    }
}

/// <summary>A job that was taken by itself; not renewed, so it is to end within the invisibility timeout.</summary>
public class PostgreSqlFetchedJob : IFetchedJob
{
    private readonly PostgreSqlStorage storage;
    private bool isSettled;

    /// <summary>The job whose place in its queue is <paramref name="id"/>.</summary>
    public PostgreSqlFetchedJob(PostgreSqlStorage storage, long id, string jobId, string queue, DateTime? fetchedAt)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(jobId);
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(fetchedAt);
        this.storage = storage;
        Id = id;
        JobId = jobId;
        Queue = queue;
    }

    /// <summary>Its place in the queue.</summary>
    public long Id { get; }

    public string JobId { get; }

    public string Queue { get; }

    public void RemoveFromQueue()
    {
        storage.Database.Execute("RemoveFromQueue", Id);
        isSettled = true;
    }

    public void Requeue()
    {
        storage.Database.Execute("RequeueFetched", Id);
        isSettled = true;
        storage.Signals.Wake(Queue);
    }

    /// <summary>Gives it back, if nothing has become of it.</summary>
    public void Dispose()
    {
        if (!isSettled) Requeue();
        GC.SuppressFinalize(this);
    }

    /// <summary>A transaction removes it: it is not given back.</summary>
    internal void LeaveToTransaction() => isSettled = true;
}
