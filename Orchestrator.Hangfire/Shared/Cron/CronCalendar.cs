using System.Numerics;

namespace Orchestrator.Shared.Cron;

/// <summary>
/// The meaning of an expression on a wall clock that never jumps. Values are bits, so that the next one of a field is
/// one instruction away and the search steps over what can't match: months by their mask, days by the month's.
/// </summary>
internal sealed record CronCalendar
{
    /// <summary>After so many years the calendar is the same again: what didn't come in them never comes.</summary>
    private const int Cycle = 400;

    public required ulong Seconds { get; init; }

    public required ulong Minutes { get; init; }

    public required ulong Hours { get; init; }

    public required ulong Months { get; init; }

    public required DayRule DayOfMonth { get; init; }

    public required DayRule DayOfWeek { get; init; }

    /// <summary>Whether the time of day is given by <c>*</c>, a range or a step.</summary>
    public required bool IsInterval { get; init; }

    /// <summary>The first match at or after a time of whole seconds; null if there is none ever.</summary>
    public DateTime? AtOrAfter(DateTime local)
    {
        if (Has(Months, local.Month) && Has(DaysOf(local.Year, local.Month), local.Day) && TimeAtOrAfter(local) is { } time)
        {
            return local.Date + time;
        }

        return DateAfter(local) is { } date ? date + FirstTime : null;
    }

    private TimeSpan FirstTime => new(First(Hours), First(Minutes), First(Seconds));

    private TimeSpan? TimeAtOrAfter(DateTime local)
    {
        if (Has(Hours, local.Hour))
        {
            if (Has(Minutes, local.Minute) && From(Seconds, local.Second) is { } second)
            {
                return new TimeSpan(local.Hour, local.Minute, second);
            }

            if (From(Minutes, local.Minute + 1) is { } minute)
            {
                return new TimeSpan(local.Hour, minute, First(Seconds));
            }
        }

        return From(Hours, local.Hour + 1) is { } hour ? new TimeSpan(hour, First(Minutes), First(Seconds)) : null;
    }

    private DateTime? DateAfter(DateTime local)
    {
        var lastYear = Math.Min(local.Year + Cycle, DateTime.MaxValue.Year);
        var (year, month, day) = (local.Year, local.Month, local.Day);
        while (year <= lastYear)
        {
            if (Has(Months, month) && From(DaysOf(year, month), day + 1) is { } next)
            {
                return new DateTime(year, month, next);
            }

            day = 0;
            (year, month) = From(Months, month + 1) is { } later ? (year, later) : (year + 1, First(Months));
        }

        return null;
    }

    private ulong DaysOf(int year, int month)
    {
        var shape = MonthShape.Of(year, month);
        var existing = (2UL << shape.Length) - 1;
        return DayOfMonth.In(shape) & DayOfWeek.In(shape) & existing;
    }

    private static bool Has(ulong bits, int value) => (bits >> value & 1) != 0;

    private static int First(ulong bits) => BitOperations.TrailingZeroCount(bits);

    private static int? From(ulong bits, int value) => bits >> value is not 0 and var rest ? value + First(rest) : null;
}
