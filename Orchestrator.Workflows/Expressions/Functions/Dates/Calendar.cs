namespace Orchestrator.Workflows.Expressions.Functions.Dates;

/// <summary>The parts of a time in UTC; the month counts from 0, as JavaScript's does.</summary>
internal readonly record struct DateParts(long Year, int Month, int Day, int Hour, int Minute, int Second, int Millisecond, int Weekday);

/// <summary>
/// Milliseconds since 1970 ↔ the Gregorian calendar, over all of JavaScript's range (years -271821 to 275760), which is
/// wider than .NET's. After the "Date objects" of ECMA-262 (MakeDay, MakeTime, TimeClip).
/// </summary>
internal static class Calendar
{
    public const double MillisecondsPerDay = 86_400_000;
    public const double MillisecondsPerHour = 3_600_000;

    private const double MaxTime = 8.64e15;

    /// <summary>The time as JavaScript keeps it: whole milliseconds; NaN beyond its range.</summary>
    public static double Clip(double time) => !double.IsFinite(time) || Math.Abs(time) > MaxTime ? double.NaN : Math.Truncate(time) + 0;

    /// <summary>A time of .NET's, in UTC; parts of a millisecond are dropped.</summary>
    public static double Milliseconds(DateTime time) =>
        (time.Ticks / TimeSpan.TicksPerMillisecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMillisecond);

    /// <summary>The time of parts that may lie outside of their range: month 12 is January of the next year.</summary>
    public static double Time(ReadOnlySpan<double> parts)
    {
        foreach (var part in parts)
        {
            if (!double.IsFinite(part) || Math.Abs(part) > MaxTime)
            {
                return double.NaN;
            }
        }

        var (year, month) = (Math.Truncate(parts[0]), Math.Truncate(parts[1]));
        year += Math.Floor(month / 12);
        if (Math.Abs(year) > 400_000)
        {
            return double.NaN;
        }

        var days = DaysTo((long)year, (int)(month - (Math.Floor(month / 12) * 12))) + Math.Truncate(parts[2]) - 1;
        return (days * MillisecondsPerDay) + (Math.Truncate(parts[3]) * 3_600_000) + (Math.Truncate(parts[4]) * 60_000)
            + (Math.Truncate(parts[5]) * 1000) + Math.Truncate(parts[6]);
    }

    public static DateParts Parts(double time)
    {
        var days = Math.Floor(time / MillisecondsPerDay);
        var rest = (int)(time - (days * MillisecondsPerDay));
        var (year, month, day) = Date((long)days);
        return new DateParts(
            year, month, day, rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000,
            (int)(((((long)days + 4) % 7) + 7) % 7));
    }

    public static int DaysIn(long year, int month) => (int)(DaysTo(month == 11 ? year + 1 : year, (month + 1) % 12) - DaysTo(year, month));

    /// <summary>Days from 1970-01-01 to the first of a month. Years are counted from March, so that a leap day ends one.</summary>
    private static long DaysTo(long year, int month)
    {
        var y = month < 2 ? year - 1 : year;
        var era = Math.DivRem(y >= 0 ? y : y - 399, 400).Quotient;
        var yearOfEra = y - (era * 400);
        var dayOfYear = ((153 * ((month + 10) % 12)) + 2) / 5;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    private static (long Year, int Month, int Day) Date(long days)
    {
        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = days - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var month = ((5 * dayOfYear) + 2) / 153;
        var day = (int)(dayOfYear - (((153 * month) + 2) / 5) + 1);
        var fromJanuary = (int)((month + 2) % 12);
        return (yearOfEra + (era * 400) + (fromJanuary < 2 ? 1 : 0), fromJanuary, day);
    }
}
