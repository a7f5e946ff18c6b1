using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Says that this process is alive: a row in <c>workers</c>, and a session lock on a connection of its own that
/// PostgreSQL frees the moment the process dies. Lock first, row second: a row without its lock is a dead worker.
/// When the connection is lost while the process lives, it takes the lock again and keeps its number and its leases;
/// where others have given it up meanwhile, and its leases with it, it comes back under a new number.
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

    /// <summary>The lock is ours, as far as is known. While it is not, this process judges nobody: it would be the first to go.</summary>
    public bool IsHere => _connection is not null;

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
            if (_id != 0 && await TakeAgainAsync(connection, cancellationToken))
            {
                _connection = connection;
                Log.WorkerBack(log, _id);
                return;
            }

            await using var command = new NpgsqlCommand(SqlText.Load("RegisterWorker"), connection);
            command.Parameters.One(LockClass).One(Name);
            var id = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
            (_id, _connection) = (id, connection);
            Log.WorkerRegistered(log, id, Name);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The lock first, then the row: whoever gives a worker up holds its lock until the row is gone, so a row that is
    /// there under the lock is still ours, with the leases.
    /// </summary>
    private async Task<bool> TakeAgainAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Waited for: a look at who is alive holds it for a moment, and our own connection of before until its end is noticed.
        await using (var take = new NpgsqlBatch(connection) { BatchCommands = { new("set lock_timeout = '5s'"), new("select pg_advisory_lock($1, $2)") } })
        {
            take.BatchCommands[1].Parameters.One(LockClass).One(_id);
            try
            {
                await take.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                return false;
            }
        }

        await using var look = new NpgsqlCommand("select exists (select from workers where worker_id = $1)", connection);
        look.Parameters.One(_id);
        return await look.ExecuteScalarAsync(cancellationToken) is true;
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
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is: a worker that stops looking would be taken for dead for good.
                await LoseAsync(e);
            }
        }
    }

    private async Task LoseAsync(Exception error)
    {
        if (_connection is { } connection)
        {
            Log.WorkerLost(log, _id, error.Message);
            _connection = null;
            await connection.DisposeAsync();
        }

        await Task.Delay(TimeSpan.FromMilliseconds(500), time, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
