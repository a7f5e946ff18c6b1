using Hangfire.PostgreSql;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// Tells workers that deliveries wait: those of this process at once, those of others by at most one notification at a
/// time, sent after the commit (inside it, it would make all commits wait for each other). A signal may be lost;
/// polling finds the work.
/// </summary>
internal sealed class DeliverySignal(StepStorages storages, Database database, ILogger<DeliverySignal> log)
{
    /// <summary>What the servers listen to.</summary>
    public const string Channel = "hangfire_jobqueue";

    private int _notifying;

    /// <summary>Whether there are worker processes besides this one, as far as is known.</summary>
    public bool OtherWorkers { get; set; } = true;

    /// <summary>So many steps have been put into these queues, and committed; the answer is how many.</summary>
    public int Delivered(IReadOnlyList<(string Queue, int Steps)> delivered)
    {
        Delivered([.. delivered.Select(queue => queue.Queue)]);
        return delivered.Sum(queue => queue.Steps);
    }

    /// <summary>Steps have been put into these queues, and committed.</summary>
    public void Delivered(IReadOnlyCollection<string> queues)
    {
        if (queues.Count == 0)
        {
            return;
        }

        foreach (var storage in queues.Select(storages.Of).Distinct().OfType<PostgreSqlStorage>())
        {
            (storage.QueueProviders.GetProvider(queues.First()).GetJobQueue() as PostgreSqlJobQueue)?.FetchNextJob();
        }

        if (OtherWorkers && Interlocked.Exchange(ref _notifying, 1) == 0)
        {
            _ = NotifyAsync();
        }
    }

    /// <summary>Something is delivered with the commit of the caller's transaction; said any number of times, it goes out once.</summary>
    public static async Task AtCommitAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_notify($1, '')", connection);
        command.Parameters.One(Channel);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task NotifyAsync()
    {
        try
        {
            await using var command = database.Source.CreateCommand("select pg_notify($1, '')");
            command.Parameters.One(Channel);

            // From here on a delivery needs a notification of its own.
            Interlocked.Exchange(ref _notifying, 0);
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (Retry.IsPassing(e))
        {
            Log.NotifyFailed(log, e.Message);
        }
    }
}
