namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Checks that a text has the outline of a cron expression; its meaning is the schedule's matter.</summary>
internal static class CronShape
{
    /// <summary>What is wrong with it; null: nothing.</summary>
    public static string? Problem(string cron)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            return $"this is no cron expression: expected 5 or 6 fields, found {fields.Length}";
        }

        var odd = Array.Find(fields, field => !field.All(IsPart));
        return odd is null ? null : $"this is no cron expression: `{odd}` is no field of one";
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '*' or '/' or ',' or '-' or '?' or '#';
}
