using System.Globalization;
using Orchestrator.Shared.Cron;

namespace Hangfire.Dashboard;

/// <summary>A cron expression in words, where that is short; the expression itself is always shown beside.</summary>
internal static class CronDescription
{
    private static readonly string[] Months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames, Days = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;

    /// <summary>Null: it is no expression, or has no short words.</summary>
    public static string? Of(string? cron)
    {
        if (string.IsNullOrWhiteSpace(cron) || CronParser.Parse(cron, out _) is not var (_, plain)) return null;
        var fields = plain.Split(' ');
        if (fields.Length == 6 && fields[0] != "0") return fields is ["*", "*", "*", "*", "*", "*"] ? "Every second" : null;
        if (fields.Length == 6) fields = fields[1..];
        var time = Time(fields[0], fields[1]);
        if (time is null) return null;
        string?[] parts = [time, DayOfMonth(fields[2]), Month(fields[3]), DayOfWeek(fields[4])];
        return parts.Contains(null) ? null : string.Join(", ", parts.Where(static part => part!.Length > 0));
    }

    private static string? Time(string minute, string hour)
    {
        if (Number(minute) is { } m && Number(hour) is { } h) return string.Create(CultureInfo.InvariantCulture, $"At {h:00}:{m:00}");
        return (minute, hour) switch
        {
            ("*", "*") => "Every minute",
            ("0", "*") => "Every hour",
            (_, "*") when Step(minute) is { } step => $"Every {step} minutes",
            (_, "*") when Number(minute) is { } past => $"Every hour at minute {past}",
            ("0", _) when Step(hour) is { } step => $"Every {step} hours",
            (_, _) when Number(minute) is { } past && Step(hour) is { } step => $"Every {step} hours at minute {past}",
            ("*", _) when Number(hour) is { } at => $"Every minute of hour {at}",
            _ => null,
        };
    }

    private static string? DayOfMonth(string field) => field switch
    {
        "*" or "?" => "",
        "L" or "l" => "on the last day of the month",
        _ when Number(field) is { } day => $"on day {day} of the month",
        _ when Step(field) is { } step => $"every {step} days",
        _ => null,
    };

    private static string? Month(string field) => field switch
    {
        "*" => "",
        _ when Step(field) is { } step => $"every {step} months",
        _ => Names(field, Months, first: 1, "in"),
    };

    private static string? DayOfWeek(string field) => field is "*" or "?" ? "" : Names(field.Replace("7", "0", StringComparison.Ordinal), Days, first: 0, "on");

    /// <summary>Names, numbers, a range or a list of them.</summary>
    private static string? Names(string field, string[] names, int first, string word)
    {
        var range = field.Split('-');
        if (range.Length == 2 && Name(range[0], names, first) is { } from && Name(range[1], names, first) is { } to) return $"{from} to {to}";
        var listed = field.Split(',').Select(each => Name(each, names, first)).ToArray();
        return listed.Contains(null) ? null : $"{word} {string.Join(", ", listed)}";
    }

    private static string? Name(string text, string[] names, int first)
    {
        if (Number(text) is { } number) return number - first >= 0 && number - first < names.Length ? names[number - first] : null;
        return text.Length == 3 ? Array.Find(names, name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase)) : null;
    }

    private static int? Number(string field) => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Step(string field) => field.StartsWith("*/", StringComparison.Ordinal) ? Number(field[2..]) : null;
}
