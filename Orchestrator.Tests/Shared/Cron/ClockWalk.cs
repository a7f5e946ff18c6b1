namespace Orchestrator.Tests.Shared.Cron;

/// <summary>
/// What a schedule must give, by looking at a zone's clock step by step: a time that it shows anew, after it has shown
/// a later one or the same, is a repetition; what lies between two readings was jumped over.
/// </summary>
internal static class ClockWalk
{
    public static IEnumerable<DateTimeOffset> Between(RandomCron cron, DateTime from, DateTime to, TimeZoneInfo zone, TimeSpan step)
    {
        var latest = DateTime.MinValue;
        for (var moment = from.AddHours(-30); moment < from; moment += step)
        {
            var local = moment + zone.GetUtcOffset(moment);
            latest = local > latest ? local : latest;
        }

        for (var moment = from; moment < to; moment += step)
        {
            var offset = zone.GetUtcOffset(moment);
            var local = moment + offset;
            var isNew = local > latest;
            var jumped = false;
            for (var skipped = latest + step; skipped < local && !jumped; skipped += step)
            {
                jumped = cron.Matches(skipped);
            }

            if (jumped || (cron.Matches(local) && (isNew || cron.IsInterval)))
            {
                yield return new DateTimeOffset(moment).ToOffset(offset);
            }

            latest = isNew ? local : latest;
        }
    }

    /// <summary>The first day from this one on that begins or ends with another offset, or this day if none does soon.</summary>
    public static DateTime NearChange(DateTime day, TimeZoneInfo zone)
    {
        for (var later = day; later < day.AddDays(400); later = later.AddDays(1))
        {
            if (zone.GetUtcOffset(later) != zone.GetUtcOffset(later.AddDays(1)))
            {
                return later;
            }
        }

        return day;
    }
}
