using Orchestrator.Shared.Cron;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads when a schedule runs, and in which zone.</summary>
internal static class ScheduleReader
{
    private const string Fields = "Five fields: minute, hour, day of month, month, day of week; six with seconds before them.";

    /// <summary>A schedule that is ever due is due again and again, so also after this.</summary>
    private static readonly DateTimeOffset AnyTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<IReadOnlyCollection<string>> ZoneIds = new(FindZoneIds);

    /// <summary>A cron expression, with five or six fields whatever it is given as.</summary>
    public static string? Cron(FieldValue value)
    {
        if (value.Name() is not { } text)
        {
            return null;
        }

        if (CronExpression.TryParse(text, out var expression, out var error))
        {
            if (expression.Next(AnyTime, TimeZoneInfo.Utc) is null)
            {
                value.Error("this schedule is never due", "No month has such a day: see its day and month.");
            }

            return expression.ToString();
        }

        var message = $"this is no cron expression: {error}";
        if (error.Field is null)
        {
            value.Error(message, Fields);
        }
        else
        {
            value.Report.ErrorInside((ScalarNode)value.Node, error.Offset, value.Path, message);
        }

        return null;
    }

    /// <summary>The IANA id of a time zone.</summary>
    public static string? Zone(FieldValue value)
    {
        var id = value.Name();
        if (id is null || (TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) && (zone.HasIanaId || id == "UTC")))
        {
            return id;
        }

        var hint = value.Report.Suggest(id, ZoneIds.Value);
        value.Error($"`{id}` is no IANA time zone", hint.Length > 0 ? hint : "Write it like Europe/Berlin.");
        return null;
    }

    /// <summary>The system's zones by their IANA ids, also where it has names of its own for them.</summary>
    private static SortedSet<string> FindZoneIds()
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal) { "UTC" };
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            if (zone.HasIanaId)
            {
                ids.Add(zone.Id);
            }
            else if (TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }
}
