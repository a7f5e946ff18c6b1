using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Expressions.Functions.Dates;

/// <summary>
/// Dates as text. Read are ISO 8601, the form of HTTP and mail headers (<c>Sat, 21 Nov 2026 06:19:24 GMT</c>), and
/// <c>Nov 21, 2026</c>, <c>11/21/2026</c>, each with or without a time. What has no offset is in UTC.
/// </summary>
internal static partial class DateText
{
    private const int MaxLength = 100;
    private const string Clock = @"(?:[T\ ,]+(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?)?";
    private const string Zone = @"\ ?(?:Z|UTC|(?:GMT|UTC)?(?<sign>[+-])(?<zoneHour>\d{2}):?(?<zoneMinute>\d{2})|GMT)?(?:\ \([A-Za-z\ ]*\))?";

    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>As ISO 8601 with milliseconds and Z; null for an invalid date.</summary>
    public static string? Iso(double time)
    {
        if (double.IsNaN(time))
        {
            return null;
        }

        var parts = Calendar.Parts(time);
        var year = parts.Year is >= 0 and <= 9999 ? $"{parts.Year:0000}" : $"{(parts.Year < 0 ? '-' : '+')}{Math.Abs(parts.Year):000000}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{year}-{parts.Month + 1:00}-{parts.Day:00}T{parts.Hour:00}:{parts.Minute:00}:{parts.Second:00}.{parts.Millisecond:000}Z");
    }

    /// <summary>As HTTP headers have it.</summary>
    public static string Http(double time)
    {
        var parts = Calendar.Parts(time);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Days[parts.Weekday]}, {parts.Day:00} {Months[parts.Month]} {Year(parts)} {parts.Hour:00}:{parts.Minute:00}:{parts.Second:00} GMT");
    }

    /// <summary>The day alone, as JavaScript's <c>toDateString</c>.</summary>
    public static string Day(double time)
    {
        var parts = Calendar.Parts(time);
        return string.Create(CultureInfo.InvariantCulture, $"{Days[parts.Weekday]} {Months[parts.Month]} {parts.Day:00} {Year(parts)}");
    }

    /// <summary>Milliseconds since 1970; NaN for what is no date.</summary>
    public static double Read(string text)
    {
        text = text.Trim();
        if (text.Length > MaxLength)
        {
            return double.NaN;
        }

        foreach (var form in new[] { IsoForm(), DayFirst(), MonthFirst(), Slashes() })
        {
            if (form.Match(text) is { Success: true } match)
            {
                return Time(match);
            }
        }

        return double.NaN;
    }

    private static string Year(DateParts parts) =>
        parts.Year.ToString("0000", CultureInfo.InvariantCulture);

    private static double Time(Match match)
    {
        var year = Number(match, "year", 0);
        var month = match.Groups["name"].Success
            ? Array.FindIndex(Months, name => match.Groups["name"].ValueSpan.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            : Number(match, "month", 1) - 1;
        var (day, hour, minute, second) = (Number(match, "day", 1), Number(match, "hour", 0), Number(match, "minute", 0), Number(match, "second", 0));
        var milliseconds = Number(match.Groups["fraction"].Value.PadRight(3, '0')[..3]);
        var isMidnight = hour == 24 && minute == 0 && second == 0 && milliseconds == 0;
        if (month is < 0 or > 11 || day is < 1 or > 31 || (hour > 23 && !isMidnight) || minute > 59 || second > 59
            || match.Groups["year"].Value == "-000000")
        {
            return double.NaN;
        }

        var offset = ((Number(match, "zoneHour", 0) * 60) + Number(match, "zoneMinute", 0)) * (match.Groups["sign"].Value == "-" ? -1 : 1);
        return Calendar.Clip(Calendar.Time([year, month, day, hour, minute - offset, second, milliseconds]));
    }

    private static int Number(Match match, string group, int missing) =>
        match.Groups[group].Success ? Number(match.Groups[group].Value) : missing;

    private static int Number(string digits) => int.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private const RegexOptions Bounded = RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"\A(?<year>[0-9]{4}|[+-][0-9]{6})(?:-(?<month>[0-9]{1,2})(?:-(?<day>[0-9]{1,2}))?)?(?:[Tt ](?<hour>[0-9]{2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]+))?)?(?: ?[Zz]|(?<sign>[+-])(?<zoneHour>[0-9]{2}):?(?<zoneMinute>[0-9]{2}))?)?\z", Bounded)]
    private static partial Regex IsoForm();

    [GeneratedRegex(@"\A(?:[A-Za-z]{3},?\ )?(?<day>[0-9]{1,2})[\ -](?<name>[A-Za-z]{3})[a-z]*[\ -](?<year>[0-9]{4})" + Clock + Zone + @"\z", Bounded)]
    private static partial Regex DayFirst();

    [GeneratedRegex(@"\A(?:[A-Za-z]{3},?\ )?(?<name>[A-Za-z]{3})[a-z]*\ (?<day>[0-9]{1,2}),?\ (?<year>[0-9]{4})" + Clock + Zone + @"\z", Bounded)]
    private static partial Regex MonthFirst();

    [GeneratedRegex(@"\A(?<month>[0-9]{1,2})/(?<day>[0-9]{1,2})/(?<year>[0-9]{4})" + Clock + Zone + @"\z", Bounded)]
    private static partial Regex Slashes();
}
