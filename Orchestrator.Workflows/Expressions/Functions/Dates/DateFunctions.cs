using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions.Dates;

/// <summary>
/// <c>Date</c> without its setters. There is one zone, UTC: the local getters give what the UTC ones give, and a text
/// without an offset is read as UTC.
/// </summary>
internal static class DateFunctions
{
    public static IEnumerable<KeyValuePair<string, Function>> Globals { get; } = new Dictionary<string, Function>
    {
        ["now"] = call => Value.Date(Now(call)),
        ["Date.now"] = call => Value.Of(Now(call)),
        ["Date.UTC"] = call => Value.Of(Calendar.Clip(FromParts(call))),
        ["Date.parse"] = call => Value.Of(DateText.Read(call.TextOf(0))),
    };

    public static IEnumerable<KeyValuePair<string, Function>> Methods { get; } = new Dictionary<string, Function>
    {
        ["getTime"] = call => Value.Of(call.Self.AsTime()),
        ["valueOf"] = call => Value.Of(call.Self.AsTime()),
        ["getTimezoneOffset"] = Part(_ => 0),
        ["toISOString"] = call => DateText.Iso(call.Self.AsTime()) is { } text ? Value.Of(text) : throw call.Fail("the date is invalid"),
        ["toJSON"] = call => Value.Of(DateText.Iso(call.Self.AsTime())),
        ["toString"] = call => Value.Of(ValueText.Of(call.Self)),
        ["toUTCString"] = call => Value.Of(Written(call, DateText.Http)),
        ["toDateString"] = call => Value.Of(Written(call, DateText.Day)),
    }.Concat(Getters());

    /// <summary><c>new Date(…)</c>: now, a copy, milliseconds, a text, or year, month from 0, day, hour, minute, second, millisecond.</summary>
    public static Value Construct(Call call) => call.Arguments switch
    {
        [] => Value.Date(Now(call)),
        [{ Kind: ValueKind.String } text] => Value.Date(DateText.Read(text.AsString())),
        [var one] => Value.Date(Operation.ToNumber(one)),
        _ => Value.Date(FromParts(call)),
    };

    private static IEnumerable<KeyValuePair<string, Function>> Getters()
    {
        (string Name, Func<DateParts, long> Read)[] parts =
        [
            ("FullYear", p => p.Year), ("Month", p => p.Month), ("Date", p => p.Day), ("Day", p => p.Weekday),
            ("Hours", p => p.Hour), ("Minutes", p => p.Minute), ("Seconds", p => p.Second), ("Milliseconds", p => p.Millisecond),
        ];
        return parts.SelectMany(part => new[]
        {
            KeyValuePair.Create("get" + part.Name, Part(part.Read)),
            KeyValuePair.Create("getUTC" + part.Name, Part(part.Read)),
        });
    }

    private static Function Part(Func<DateParts, long> read) => call =>
        Value.Of(double.IsNaN(call.Self.AsTime()) ? double.NaN : read(Calendar.Parts(call.Self.AsTime())));

    private static string Written(Call call, Func<double, string> write) =>
        double.IsNaN(call.Self.AsTime()) ? ValueText.InvalidDate : write(call.Self.AsTime());

    private static double Now(Call call) => call.Evaluation.Now is { } now
        ? Calendar.Milliseconds(now)
        : throw call.Fail("there is no time here");

    /// <summary>Years 0 to 99 are those of the last century, as in JavaScript.</summary>
    private static double FromParts(Call call)
    {
        double[] parts = [double.NaN, 0, 1, 0, 0, 0, 0];
        for (var i = 0; i < Math.Min(parts.Length, call.Arguments.Count); i++)
        {
            parts[i] = Operation.ToNumber(call.Arguments[i]);
        }

        if (Math.Truncate(parts[0]) is >= 0 and <= 99)
        {
            parts[0] = 1900 + Math.Truncate(parts[0]);
        }

        return Calendar.Time(parts);
    }
}
