namespace Orchestrator.Shared.Cron;

/// <summary>Takes an expression apart into its fields.</summary>
internal static class CronParser
{
    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
        ["@every_minute"] = "* * * * *",
        ["@every_second"] = "* * * * * *",
        ["@never"] = "0 0 31 2 *",
    };

    private static readonly CronField[] Fields =
    [
        CronField.Second, CronField.Minute, CronField.Hour, CronField.DayOfMonth, CronField.Month, CronField.DayOfWeek,
    ];

    /// <summary>What an expression means, and its text with one blank between the fields; null with an error.</summary>
    public static (CronCalendar Calendar, string Plain)? Parse(string text, out CronError? error)
    {
        var words = Split(text);
        if (words.Count == 1 && text[words[0].Start] == '@')
        {
            return ParseMacro(text, words[0], out error);
        }

        if (words.Count is not (5 or 6))
        {
            error = new CronError(null, 0, 0, text.Length, $"{words.Count}", "5 or 6 fields");
            return null;
        }

        return ParseFields(text, words, out error);
    }

    private static (CronCalendar Calendar, string Plain)? ParseMacro(string text, Range word, out CronError? error)
    {
        if (Macros.TryGetValue(text[word], out var meaning))
        {
            return Parse(meaning, out error);
        }

        var (offset, length) = word.GetOffsetAndLength(text.Length);
        var found = length <= 20 ? text[word] : $"{text.AsSpan(offset, 20)}…";
        error = new CronError(null, 0, offset, length, $"`{found}`", $"one of {string.Join(", ", Macros.Keys)}");
        return null;
    }

    private static (CronCalendar Calendar, string Plain)? ParseFields(string text, List<Range> words, out CronError? error)
    {
        var missing = Fields.Length - words.Count;
        var readers = words.Select((word, index) => new FieldReader(text, word, Fields[index + missing], index + 1)).ToArray();
        var calendar = new CronCalendar
        {
            Seconds = missing > 0 ? 1 : readers[0].ReadSet() ?? 0,
            Minutes = readers[1 - missing].ReadSet() ?? 0,
            Hours = readers[2 - missing].ReadSet() ?? 0,
            DayOfMonth = readers[3 - missing].ReadDayOfMonth() ?? new DaysOfMonth(0),
            Months = readers[4 - missing].ReadSet() ?? 0,
            DayOfWeek = readers[5 - missing].ReadDayOfWeek() ?? new DaysOfWeek(0),
            IsInterval = words.Take(3 - missing).Any(word => text.AsSpan(word).ContainsAny("*?-/")),
        };
        error = Array.Find(readers, reader => reader.Error is not null)?.Error;
        return error is null ? (calendar, string.Join(' ', words.Select(word => text[word]))) : null;
    }

    private static List<Range> Split(string text)
    {
        var words = new List<Range>();
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at > start)
            {
                words.Add(start..at);
            }
        }

        return words;
    }
}
