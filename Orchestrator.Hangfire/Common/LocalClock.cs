namespace Hangfire.Common;

/// <summary>
/// The clock of this machine, which may be wrong: it is for what is only shown. What is decided by time is decided by the
/// database's, see <see cref="PostgreSql.DatabaseClock"/>.
/// </summary>
internal static class LocalClock
{
    /// <summary>Set by a process that is to have another time.</summary>
    public static TimeProvider Provider { get; set; } = TimeProvider.System;

    public static DateTime UtcNow => Provider.GetUtcNow().UtcDateTime;
}
