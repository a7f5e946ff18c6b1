namespace Orchestrator.Shared.Cron;

/// <summary>Finds the moments when a zone's wall clock shows what a calendar wants.</summary>
internal readonly struct ZonedSearch(CronCalendar calendar, TimeZoneInfo zone)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>The ends of time are left out by as much as offsets need.</summary>
    private static readonly DateTime Earliest = DateTime.MinValue.AddDays(2), Latest = DateTime.MaxValue.Date.AddDays(-2);

    private readonly ZoneClock _clock = new(zone);

    /// <summary>The first occurrence after a moment, or at it.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, bool inclusive)
    {
        var moment = after.UtcDateTime;
        if (moment >= Latest)
        {
            return null;
        }

        var second = moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond));
        var start = inclusive && second == moment ? second : second + Second;
        return AtOrAfter(start > Earliest ? start : Earliest) is { } next && next < Latest
            ? new DateTimeOffset(next.Ticks, TimeSpan.Zero).ToOffset(_clock.OffsetAt(next))
            : null;
    }

    private DateTime? AtOrAfter(DateTime start)
    {
        var local = start + _clock.OffsetAt(start);
        var unjumped = start + _clock.OffsetAt(start - Second);
        if (unjumped < local && calendar.AtOrAfter(unjumped) < local)
        {
            return start;
        }

        if (_clock.FoldAround(local) is { } fold)
        {
            if (InFold(start, local, fold) is { } inside)
            {
                return inside;
            }

            local = calendar.IsInterval || start >= fold.Again ? fold.End : local;
        }

        return calendar.AtOrAfter(local) is { } next && next < Latest ? _clock.FirstMomentOf(next) : null;
    }

    /// <summary>The rest of a fold: an interval goes on in the pass that it is in, then in the second.</summary>
    private DateTime? InFold(DateTime start, DateTime local, Fold fold)
    {
        if (!calendar.IsInterval)
        {
            return null;
        }

        // Counted from the moment that a pass's first time stands for, the clock runs evenly to the fold's end.
        if (calendar.AtOrAfter(local) is { } rest && rest < fold.End)
        {
            return start + (rest - local);
        }

        return start < fold.Again && calendar.AtOrAfter(fold.Start) is { } again && again < fold.End
            ? fold.Again + (again - fold.Start)
            : null;
    }
}
