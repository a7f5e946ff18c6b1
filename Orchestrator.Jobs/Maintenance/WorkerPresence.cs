using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Says that this process is alive: a row in <c>workers</c>, and a session lock on a connection of its own that
/// PostgreSQL frees the moment the process dies. Lock first, row second: a row without its lock is a dead worker.
/// When the connection is lost while the process lives, others take its leases back; it comes back under a new number.
/// </summary>
internal sealed class WorkerPresence(Database database, TimeProvider time, ILogger<WorkerPresence> log) : IHostedService, IAsyncDisposable
{
    /// <summary>First key of the locks; the second is the worker's number.</summary>
    public const int LockClass = 1330;

    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(15);

    // Never disposed: it holds nothing, and is cancelled once for all.
    private readonly CancellationTokenSource _stop = new();
    private NpgsqlConnection? _connection;
    private Task _watch = Task.CompletedTask;
    private volatile int _id;

    /// <summary>This process's number; it holds the leases taken under it.</summary>
    public int Id => _id != 0 ? _id : throw new InvalidOperationException("The worker has not started.");

    public string Name { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await RegisterAsync(cancellationToken);
        _watch = Task.Run(WatchAsync, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _watch;
        if (_connection is { } connection)
        {
            try
            {
                await using var leave = new NpgsqlCommand("delete from workers where worker_id = $1", connection);
                leave.Parameters.One(_id);
                await leave.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (Exception e) when (Retry.IsPassing(e))
            {
                // The lock goes with the connection, and the sweeper removes the row.
            }

            await connection.DisposeAsync();
            _connection = null;
        }
    }

    /// <summary>May be called more than once: as a service and as a hosted one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(SqlText.Load("RegisterWorker"), connection);
            command.Parameters.One(LockClass).One(Name);
            var id = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
            (_connection, _id) = (connection, id);
            Log.WorkerRegistered(log, id, Name);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection outside the pool: returned to one, its lock would be freed.</summary>
    private string ConnectionString() => new NpgsqlConnectionStringBuilder(database.ConnectionString)
    {
        Pooling = false,
        KeepAlive = 10,
        ApplicationName = "orchestrator worker",
    }.ConnectionString;

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_connection is null)
                {
                    await RegisterAsync(_stop.Token);
                }

                // Returns when the server says something or the connection breaks; keep-alives notice the latter.
                await _connection!.WaitAsync(CheckInterval, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (Retry.IsPassing(e))
            {
                await LoseAsync(e);
            }
        }
    }

    private async Task LoseAsync(Exception error)
    {
        if (_connection is { } connection)
        {
            Log.WorkerLost(log, _id, error);
            _connection = null;
            await connection.DisposeAsync();
        }

        await Task.Delay(TimeSpan.FromMilliseconds(500), time, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
