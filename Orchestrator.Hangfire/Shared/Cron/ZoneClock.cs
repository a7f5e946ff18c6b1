namespace Orchestrator.Shared.Cron;

/// <summary>A stretch of wall-clock time that a zone's clock shows twice.</summary>
/// <param name="Start">Its first wall-clock time.</param>
/// <param name="End">The first wall-clock time behind it.</param>
/// <param name="Again">The moment (UTC) when the clock is set back and <paramref name="Start"/> comes again.</param>
internal readonly record struct Fold(DateTime Start, DateTime End, DateTime Again);

/// <summary>
/// A zone's wall clock, told by its offsets at moments alone: these are right for every rule of every year, where
/// questions about local times (is it ambiguous, is it invalid) are answered by the rule of the year only.
/// <para>Moments are UTC; neither they nor local times carry a meaning in <see cref="DateTime.Kind"/>.</para>
/// </summary>
internal readonly struct ZoneClock(TimeZoneInfo zone)
{
    /// <summary>More than any offset: a moment of that local time lies within it, on either side.</summary>
    private static readonly TimeSpan Reach = TimeSpan.FromHours(15);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public TimeSpan OffsetAt(DateTime moment) => zone.GetUtcOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc));

    /// <summary>The first moment when the clock shows this time, or when it jumps over it.</summary>
    public DateTime FirstMomentOf(DateTime local)
    {
        var (before, after) = OffsetsAround(local);
        if (OffsetAt(local - before) == before)
        {
            return local - before;
        }

        return OffsetAt(local - after) == after ? local - after : JumpOver(local);
    }

    /// <summary>The stretch around this time that the clock shows twice, if it does.</summary>
    public Fold? FoldAround(DateTime local)
    {
        var (before, after) = OffsetsAround(local);
        if (before <= after || OffsetAt(local - before) != before || OffsetAt(local - after) != after)
        {
            return null;
        }

        var clock = this;
        var again = FirstBetween(local - before, local - after, moment => clock.OffsetAt(moment) == after);
        return new Fold(again + after, again + before, again);
    }

    private (TimeSpan Before, TimeSpan After) OffsetsAround(DateTime local) => (OffsetAt(local - Reach), OffsetAt(local + Reach));

    private DateTime JumpOver(DateTime local)
    {
        var clock = this;
        return FirstBetween(local - Reach, local + Reach, moment => moment + clock.OffsetAt(moment) >= local);
    }

    /// <summary>The first second after one moment, up to another, for which something holds that holds for the latter.</summary>
    private static DateTime FirstBetween(DateTime low, DateTime high, Func<DateTime, bool> holds)
    {
        while (high - low > Second)
        {
            var middle = low + TimeSpan.FromSeconds(Math.Floor((high - low).TotalSeconds / 2));
            (low, high) = holds(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }
}
