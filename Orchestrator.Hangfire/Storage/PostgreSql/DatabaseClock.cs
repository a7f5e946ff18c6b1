using System.Diagnostics;
using Hangfire.Common;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>
/// The database's time without a round trip: asked for once in a while, counted on from there by the time that has passed.
/// A machine whose clock is off, or is set while jobs run, schedules by it all the same.
/// </summary>
internal sealed class DatabaseClock(Database database)
{
    private static readonly TimeSpan AskedEvery = TimeSpan.FromMinutes(5);

    private volatile Reading? last;

    /// <summary>As exact as half a round trip; this machine's time while the database has never been reached.</summary>
    public DateTime UtcNow
    {
        get
        {
            if (last is null || last.Age > AskedEvery) TryAsk();
            return last is { } reading ? reading.At + reading.Age : LocalClock.UtcNow;
        }
    }

    private void TryAsk()
    {
        try
        {
            last = Ask();
        }
        catch (NpgsqlException)
        {
            // What the time is wanted for will be told; the last reading goes on counting.
        }
    }

    private Reading Ask()
    {
        var asked = Stopwatch.GetTimestamp();
        var time = database.Scalar<DateTime>("GetUtcDateTime");
        return new(time, asked + (Stopwatch.GetTimestamp() - asked) / 2);
    }

    private sealed record Reading(DateTime At, long Timestamp)
    {
        public TimeSpan Age => Stopwatch.GetElapsedTime(Timestamp);
    }
}
