using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Shared.Cron;

/// <summary>
/// A schedule in cron's language: five fields (minute, hour, day of month, month, day of week), or six with the
/// second before them, or a macro such as <c>@daily</c>.
/// <para>
/// A field is <c>*</c>, or values, ranges (<c>1-5</c>, also over the end: <c>FRI-MON</c>, <c>22-4</c>) and steps
/// (<c>*/5</c>, <c>3/10</c>, <c>1-30/2</c>) with commas between. The day of month also takes <c>L</c>, <c>L-3</c>,
/// <c>LW</c>, <c>15W</c>; the day of week <c>5L</c> and <c>2#1</c>; 0 and 7 are Sunday. Months and days have their
/// three-letter names. <c>?</c> is <c>*</c>.
/// </para>
/// <para>
/// A day must match both its fields: <c>0 0 13 * FRI</c> is Friday the 13th. (Unix cron takes either.)
/// </para>
/// <para>
/// The fields are read on the wall clock of a time zone. What falls into the hour that the clock jumps over happens
/// at the moment of the jump. What falls into the hour that it repeats happens once, the first time; but where the
/// second, minute or hour is given by <c>*</c>, a range or a step, the schedule is an interval and goes on in both.
/// </para>
/// </summary>
internal sealed class CronExpression
{
    private readonly CronCalendar _calendar;
    private readonly string _text;

    private CronExpression(CronCalendar calendar, string text) => (_calendar, _text) = (calendar, text);

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">It is none; the message says where and what is allowed there.</exception>
    public static CronExpression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var expression, out var error) ? expression : throw new FormatException(error.ToString());
    }

    /// <summary>Reads an expression; of several mistakes the first is told.</summary>
    public static bool TryParse(
        string? text,
        [NotNullWhen(true)] out CronExpression? expression,
        [NotNullWhen(false)] out CronError? error)
    {
        expression = CronParser.Parse(text ?? "", out error) is var (calendar, plain) ? new CronExpression(calendar, plain) : null;
        return expression is not null;
    }

    /// <summary>
    /// The first occurrence after a moment (or at it, if <paramref name="inclusive"/>), with the zone's offset then;
    /// null if there is none ever. Occurrences are whole seconds.
    /// </summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone, bool inclusive = false)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return new ZonedSearch(_calendar, zone).Next(after, inclusive);
    }

    /// <summary>The occurrences from a moment on and before another, in their order.</summary>
    /// <param name="from">The first moment that counts.</param>
    /// <param name="to">The first moment that counts no more.</param>
    /// <param name="zone">The zone whose wall clock the fields are read on.</param>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Walk();

        IEnumerable<DateTimeOffset> Walk()
        {
            for (var next = Next(from, zone, inclusive: true); next < to; next = Next(next.Value, zone))
            {
                yield return next.Value;
            }
        }
    }

    /// <summary>The fields as they were given, one blank between; a macro written out.</summary>
    public override string ToString() => _text;
}
