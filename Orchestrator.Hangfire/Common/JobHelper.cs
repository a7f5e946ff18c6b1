using System.Globalization;

namespace Hangfire.Common;

/// <summary>The forms in which times are stored.</summary>
public static class JobHelper
{
    /// <summary>Whole seconds since 1970, rounded down.</summary>
    public static long ToTimestamp(DateTime value) => (long)(value - DateTime.UnixEpoch).TotalSeconds;

    /// <summary>The time (UTC) of <paramref name="value"/> seconds since 1970.</summary>
    public static DateTime FromTimestamp(long value) => DateTime.UnixEpoch.AddSeconds(value);

    /// <summary>Whole milliseconds since 1970, rounded down.</summary>
    public static long ToMillisecondTimestamp(DateTime value) => (long)(value - DateTime.UnixEpoch).TotalMilliseconds;

    /// <summary>The time (UTC) of <paramref name="value"/> milliseconds since 1970.</summary>
    public static DateTime FromMillisecondTimestamp(long value) => DateTime.UnixEpoch.AddMilliseconds(value);

    /// <summary>ISO 8601 with seven decimals.</summary>
    public static string SerializeDateTime(DateTime value) => value.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Reads ISO 8601, or seconds since 1970, as UTC.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static DateTime DeserializeDateTime(string value) =>
        long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var seconds)
            ? FromTimestamp(seconds)
            : DateTime.Parse(value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    /// <summary>As <see cref="DeserializeDateTime"/>; null for nothing.</summary>
    public static DateTime? DeserializeNullableDateTime(string? value) =>
        string.IsNullOrEmpty(value) ? null : DeserializeDateTime(value);
}
