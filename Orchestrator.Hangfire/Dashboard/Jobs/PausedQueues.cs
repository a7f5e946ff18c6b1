using Hangfire.Storage;

namespace Hangfire.Dashboard;

/// <summary>
/// Queues from which no more jobs are taken: members of the set <c>queues:paused</c>. What was taken before goes on. The
/// servers of this supplier look at the set every three seconds; the official one's don't know it.
/// </summary>
internal static class PausedQueues
{
    public const string SetKey = "queues:paused";

    public static void Pause(JobStorage storage, string queue)
    {
        Common.JobValidation.ThrowIfNotQueueName(queue, nameof(queue));
        Write(storage, transaction => transaction.AddToSet(SetKey, queue));
    }

    public static void Resume(JobStorage storage, string queue) => Write(storage, transaction => transaction.RemoveFromSet(SetKey, queue));

    public static HashSet<string> Read(JobStorage storage)
    {
        using var connection = storage.GetReadOnlyConnection();
        return connection.GetAllItemsFromSet(SetKey);
    }

    private static void Write(JobStorage storage, Action<IWriteOnlyTransaction> write)
    {
        using var connection = storage.GetConnection();
        using var transaction = connection.CreateWriteTransaction();
        write(transaction);
        transaction.Commit();
    }
}
