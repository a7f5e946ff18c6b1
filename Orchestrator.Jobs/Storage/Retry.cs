using System.Net.Sockets;
using Npgsql;

namespace Orchestrator.Jobs.Storage;

/// <summary>Database errors that pass by themselves, named once, and the one way to wait for that.</summary>
internal static class Retry
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The database can't be reached, is starting or stopping, takes no writes for now (full, or read-only as a standby is
    /// until it is promoted), or chose this transaction to break a deadlock.
    /// </summary>
    public static bool IsPassing(Exception error) => error switch
    {
        PostgresException postgres => postgres.SqlState is
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.IdleSessionTimeout or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.InsufficientResources
            || TakesNoWrites(postgres),
        NpgsqlException => true,
        SocketException or IOException or TimeoutException => true,
        ObjectDisposedException => false,
        _ => false,
    };

    /// <summary>It can be read, and refuses writes: its disk is full, or it is read-only.</summary>
    public static bool TakesNoWrites(Exception error) => error is PostgresException
    {
        SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction
    };

    /// <summary>Runs <paramref name="action"/> until it succeeds, fails for good, or <paramref name="patience"/> is over.</summary>
    public static async Task WhileUnreachableAsync(
        Func<Task> action, TimeSpan patience, TimeProvider time, Action<Exception, TimeSpan> onWait)
    {
        var start = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception e) when (IsPassing(e) && time.GetElapsedTime(start) < patience)
            {
                onWait(e, wait);
                await Task.Delay(wait, time);
            }
        }
    }
}
