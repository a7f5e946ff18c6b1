using System.Globalization;

namespace Hangfire;

/// <summary>Cron expressions in words. Days of a month, months, hours and minutes are numbers as cron takes them.</summary>
public static class Cron
{
    public static string Minutely() => "* * * * *";

    public static string Hourly() => Hourly(minute: 0);

    /// <summary>At a minute of every hour.</summary>
    public static string Hourly(int minute) => Text($"{minute} * * * *");

    public static string Daily() => Daily(hour: 0);

    public static string Daily(int hour) => Daily(hour, minute: 0);

    /// <summary>At a time of every day.</summary>
    public static string Daily(int hour, int minute) => Text($"{minute} {hour} * * *");

    /// <summary>On Mondays.</summary>
    public static string Weekly() => Weekly(DayOfWeek.Monday);

    public static string Weekly(DayOfWeek dayOfWeek) => Weekly(dayOfWeek, hour: 0);

    public static string Weekly(DayOfWeek dayOfWeek, int hour) => Weekly(dayOfWeek, hour, minute: 0);

    /// <summary>At a time of a day of every week.</summary>
    public static string Weekly(DayOfWeek dayOfWeek, int hour, int minute) => Text($"{minute} {hour} * * {(int)dayOfWeek}");

    public static string Monthly() => Monthly(day: 1);

    public static string Monthly(int day) => Monthly(day, hour: 0);

    public static string Monthly(int day, int hour) => Monthly(day, hour, minute: 0);

    /// <summary>At a time of a day of every month that has it.</summary>
    public static string Monthly(int day, int hour, int minute) => Text($"{minute} {hour} {day} * *");

    public static string Yearly() => Yearly(month: 1);

    public static string Yearly(int month) => Yearly(month, day: 1);

    public static string Yearly(int month, int day) => Yearly(month, day, hour: 0);

    public static string Yearly(int month, int day, int hour) => Yearly(month, day, hour, minute: 0);

    /// <summary>At a time of a day of every year.</summary>
    public static string Yearly(int month, int day, int hour, int minute) => Text($"{minute} {hour} {day} {month} *");

    /// <summary>A day that no year has: only triggering starts such a job.</summary>
    public static string Never() => Yearly(month: 2, day: 31);

    /// <summary>At minutes that <paramref name="interval"/> divides.</summary>
    public static string MinuteInterval(int interval) => Text($"*/{interval} * * * *");

    public static string HourInterval(int interval) => Text($"0 */{interval} * * *");

    public static string DayInterval(int interval) => Text($"0 0 */{interval} * *");

    public static string MonthInterval(int interval) => Text($"0 0 1 */{interval} *");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
