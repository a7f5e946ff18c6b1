using System.Globalization;
using Hangfire.Storage;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>
/// Locks that belong to a session of the database: whoever waits is woken by the database, and the lock of a process
/// that was killed is free at once. Each holds a connection.
/// </summary>
internal sealed class DistributedLocks(Database database)
{
    /// <summary>Takes a lock, waiting for <paramref name="timeout"/> at most.</summary>
    /// <exception cref="PostgreSqlDistributedLockException">It was not free in time.</exception>
    public IDisposable Acquire(string resource, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        var name = $"{database.Sql.QuotedSchema}:{resource}";
        var connection = database.DataSource.OpenConnection();
        try
        {
            if (!TryTake(connection, name, timeout)) throw new PostgreSqlDistributedLockException(resource);
            return new Held(database, connection, name);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private bool TryTake(NpgsqlConnection connection, string name, TimeSpan timeout)
    {
        var milliseconds = (long)Math.Min(timeout.TotalMilliseconds, int.MaxValue);
        if (milliseconds == 0) return Scalar(database, connection, "TryTakeLock", name) is true;
        try
        {
            Scalar(database, connection, "SetLockTimeout", milliseconds.ToString(CultureInfo.InvariantCulture));
            Scalar(database, connection, "TakeLock", name);
            return true;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            Scalar(database, connection, "SetLockTimeout", "0");
            return false;
        }
    }

    private static object? Scalar(Database database, NpgsqlConnection connection, string statement, string value)
    {
        // The wait has its limit in the database.
        using var command = new NpgsqlCommand(database.Sql[statement], connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command.ExecuteScalar();
    }

    private sealed class Held(Database database, NpgsqlConnection connection, string name) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) != 0) return;
            using (connection)
            {
                try
                {
                    Scalar(database, connection, "ReleaseLock", name);
                }
                catch (NpgsqlException)
                {
                    // A connection that is broken holds no lock.
                }
            }
        }
    }
}

/// <summary>A lock was not free in time.</summary>
public class PostgreSqlDistributedLockException(string resource) : DistributedLockTimeoutException(resource);
