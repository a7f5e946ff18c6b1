namespace Orchestrator.Shared.Cron;

/// <summary>A month as far as days need it.</summary>
/// <param name="Length">How many days it has.</param>
/// <param name="FirstDayOfWeek">What its first day is; 0 is Sunday.</param>
internal readonly record struct MonthShape(int Length, int FirstDayOfWeek)
{
    public static MonthShape Of(int year, int month) =>
        new(DateTime.DaysInMonth(year, month), (int)new DateTime(year, month, 1).DayOfWeek);

    public int DayOfWeek(int day) => (FirstDayOfWeek + day - 1) % 7;
}

/// <summary>Which days of a month a field allows.</summary>
internal abstract record DayRule
{
    /// <summary>The days, bit 1 for the first; bits after the month's last have no meaning.</summary>
    public abstract ulong In(MonthShape month);
}

/// <summary>Days by their number.</summary>
internal sealed record DaysOfMonth(ulong Days) : DayRule
{
    public override ulong In(MonthShape month) => Days;
}

/// <summary><c>L</c>, <c>L-3</c>, <c>LW</c>: some days before the last one, perhaps the weekday nearest to it.</summary>
internal sealed record LastDay(int Before, bool IsWeekday) : DayRule
{
    public override ulong In(MonthShape month)
    {
        var day = month.Length - Before;
        return IsWeekday ? new NearestWeekday(day).In(month) : day < 1 ? 0 : 1UL << day;
    }
}

/// <summary><c>15W</c>: of Monday to Friday the day nearest to this one in the same month; none if there is no such day.</summary>
internal sealed record NearestWeekday(int Day) : DayRule
{
    private const int Sunday = 0, Saturday = 6;

    public override ulong In(MonthShape month)
    {
        if (Day < 1 || Day > month.Length)
        {
            return 0;
        }

        var moved = month.DayOfWeek(Day) switch
        {
            Saturday => Day > 1 ? -1 : 2,
            Sunday => Day < month.Length ? 1 : -2,
            _ => 0,
        };
        return 1UL << (Day + moved);
    }
}

/// <summary>Days by their place in the week, bit 0 for Sunday.</summary>
internal sealed record DaysOfWeek(ulong Days) : DayRule
{
    private const ulong EveryWeek = 1UL | 1UL << 7 | 1UL << 14 | 1UL << 21 | 1UL << 28;

    public override ulong In(MonthShape month)
    {
        var fromFirst = (Days >> month.FirstDayOfWeek | Days << (7 - month.FirstDayOfWeek)) & 0x7F;
        return (fromFirst * EveryWeek) << 1;
    }
}

/// <summary><c>2#1</c>: a day of the week, its first, second … of the month.</summary>
internal sealed record NthDayOfWeek(int Day, int Week) : DayRule
{
    public override ulong In(MonthShape month) => 1UL << (1 + ((Day - month.FirstDayOfWeek + 7) % 7) + (7 * (Week - 1)));
}

/// <summary><c>5L</c>: a day of the week, its last of the month.</summary>
internal sealed record LastDayOfWeek(int Day) : DayRule
{
    public override ulong In(MonthShape month) => 1UL << (month.Length - ((month.DayOfWeek(month.Length) - Day + 7) % 7));
}
