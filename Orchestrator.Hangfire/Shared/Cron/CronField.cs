namespace Orchestrator.Shared.Cron;

/// <summary>One of the fields of an expression: which values it has, and their names.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="First">Its least value; the first of <paramref name="Names"/> stands for it.</param>
/// <param name="Last">Its greatest value.</param>
/// <param name="Period">After how many values it begins anew.</param>
/// <param name="Names">The values' names in their order; empty if they have none.</param>
internal sealed record CronField(string Name, int First, int Last, int Period, IReadOnlyList<string> Names)
{
    public static CronField Second { get; } = new("second", 0, 59, 60, []);

    public static CronField Minute { get; } = new("minute", 0, 59, 60, []);

    public static CronField Hour { get; } = new("hour", 0, 23, 24, []);

    public static CronField DayOfMonth { get; } = new("day of month", 1, 31, 31, []);

    public static CronField Month { get; } =
        new("month", 1, 12, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);

    /// <summary>Its 7 is Sunday like its 0.</summary>
    public static CronField DayOfWeek { get; } =
        new("day of week", 0, 7, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    /// <summary>The values as they are told to a user.</summary>
    public string Allowed => Names.Count == 0 ? $"{First}–{Last}" : $"{First}–{Last} or {Names[0]}–{Names[^1]}";

    /// <summary>Every value from one to another, on over the end of the field if the second is less, as bits.</summary>
    public ulong Bits(int from, int to, int step = 1)
    {
        var last = to < from ? to + Period : to;
        var bits = 0UL;
        for (var value = from; value <= last; value += step)
        {
            bits |= 1UL << (First + ((value - First) % Period));
        }

        return bits;
    }
}
