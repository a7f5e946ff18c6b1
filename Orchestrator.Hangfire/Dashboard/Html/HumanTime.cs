using System.Globalization;

namespace Hangfire.Dashboard;

/// <summary>Times and durations as people say them.</summary>
internal static class HumanTime
{
    private static readonly (string Name, double Seconds)[] Units =
        [("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];

    public static DateTime Utc(DateTime value) => value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : DateTime.SpecifyKind(value, DateTimeKind.Utc);

    public static string Exact(DateTime value) => Utc(value).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Relative(DateTime value, DateTime now)
    {
        var seconds = (Utc(value) - Utc(now)).TotalSeconds;
        var size = Math.Abs(seconds);
        if (size < 1) return "now";
        var (name, unit) = Units.First(each => size >= each.Seconds);
        var count = Math.Floor(size / unit);
        var text = string.Create(CultureInfo.InvariantCulture, $"{count:0} {name}{(count > 1 ? "s" : "")}");
        return seconds > 0 ? $"in {text}" : $"{text} ago";
    }

    /// <summary>As <c>+1d 2h 3m 4.056s</c> or <c>56ms</c>; nothing for null.</summary>
    public static string Duration(TimeSpan? duration, bool displaySign)
    {
        if (duration is not { } value) return "";
        var size = value.Duration();
        var parts = new List<string>();
        if (size.Days > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{size.Days}d"));
        if (size.Hours > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{size.Hours}h"));
        if (size.Minutes > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{size.Minutes}m"));
        var rest = new TimeSpan(0, 0, 0, size.Seconds, size.Milliseconds);
        if (size < TimeSpan.FromSeconds(1)) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{rest.TotalMilliseconds:0}ms"));
        else if (rest > TimeSpan.Zero) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{rest.TotalSeconds:0.###}s"));
        var sign = value < TimeSpan.Zero ? "-" : displaySign ? "+" : "";
        return sign + string.Join(' ', parts);
    }
}
