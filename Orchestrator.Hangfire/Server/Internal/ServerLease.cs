using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Npgsql;

namespace Hangfire.Server;

/// <summary>
/// A server's sign of life: a connection of its own that holds a lock as long as it lives, and on which it hears of jobs
/// from other processes. When the process dies the database frees the lock at once; when only the connection is lost, it
/// is made again.
/// </summary>
internal sealed class ServerLease(PostgreSqlStorage storage, string serverId, ServerContext context)
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    private readonly DateTime startedAt = LocalClock.UtcNow;
    private readonly long lockKey = Random.Shared.NextInt64(1, 1L << 62);
    private readonly TaskCompletionSource announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FailureLog failures = new(LogProvider.For<BackgroundJobServer>());

    /// <summary>Ends when the server is known to others.</summary>
    public Task Announced => announced.Task;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await HoldAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                failures.Failed("The server's connection was lost; connecting again.", failure);
                await Loop.DelayAsync(ReconnectDelay, cancellationToken).ConfigureAwait(false);
            }
        }

        announced.TrySetCanceled(cancellationToken);
    }

    /// <summary>Says that the server lives; a server that was buried by mistake comes back.</summary>
    public async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        if (await storage.Database.ExecuteAsync("Heartbeat", cancellationToken, serverId).ConfigureAwait(false) == 0)
            await AnnounceAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task RemoveAsync() => storage.Database.ExecuteAsync("RemoveServer", CancellationToken.None, serverId);

    private async Task HoldAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await AnnounceAsync(cancellationToken).ConfigureAwait(false);
        announced.TrySetResult();
        failures.Succeeded("The server is connected again.");
        connection.Notification += (_, notification) => storage.Signals.Wake(notification.Payload);

        // What came while there was no connection was not heard.
        storage.Signals.WakeAll();
        while (true) await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await storage.Database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await using var command = new NpgsqlCommand(storage.Database.Sql["LockServer"], connection);
            command.Parameters.Add(new NpgsqlParameter { Value = lockKey });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await using var listen = new NpgsqlCommand($"listen {WorkerSignals.Channel}", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Task AnnounceAsync(CancellationToken cancellationToken) => storage.Database.ExecuteAsync(
        "AnnounceServer", cancellationToken, serverId, ServerRow.Serialize(context, startedAt, lockKey));
}
