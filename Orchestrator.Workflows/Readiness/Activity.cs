using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Readiness;

/// <summary>The two measures of an agent's activity, defined with worked examples in <c>docs/readiness.md</c>.</summary>
internal static class Activity
{
    /// <summary>Hours; a window to both sides of an hour of the day that is longer would overlap the next day's.</summary>
    public const double MaxWindow = 12;

    private const int DaysPerWeek = 7;

    /// <summary>
    /// <c>min(1, Σ 0.5^(age / halfLife) / full)</c> over the events: each counts as one when it happens, and half as much
    /// with every half-life that passes.
    /// </summary>
    /// <param name="ages">Of the events, in milliseconds; those yet to come count as happening now.</param>
    /// <param name="halfLife">In hours, above 0.</param>
    /// <param name="full">How many events of this moment are a freshness of 1; above 0.</param>
    /// <returns>0 to 1; 0 without events.</returns>
    public static double Freshness(ReadOnlySpan<double> ages, double halfLife, double full)
    {
        double sum = 0;
        foreach (var age in ages)
        {
            sum += Math.Pow(0.5, Math.Max(0, age) / Calendar.MillisecondsPerHour / halfLife);
        }

        return Math.Min(1, sum / full);
    }

    /// <summary>
    /// The share of the agent's days on which it was active about this time of day. Day k is the one k × 24 hours ago, 0 is
    /// today; the days reach back to the oldest event. A day is active when an event lies within the window around its
    /// moment k × 24 hours ago. Days of today's weekday count twice. The prior are so many days more, half of them active.
    /// </summary>
    /// <param name="ages">Of the events, newest first, in milliseconds; those yet to come count as happening now.</param>
    /// <param name="window">Hours to either side; above 0, at most <see cref="MaxWindow"/>.</param>
    /// <param name="priorDays">At least 0.</param>
    /// <returns>0 to 1; 0.5 without events.</returns>
    public static double Online(ReadOnlySpan<double> ages, double window, double priorDays)
    {
        double active = priorDays / 2, all = priorDays, lastActive = -1, oldest = -1;
        foreach (var age in ages)
        {
            var past = Math.Max(0, age);
            var day = Math.Floor((past / Calendar.MillisecondsPerDay) + 0.5);
            if (Math.Abs(past - (day * Calendar.MillisecondsPerDay)) <= window * Calendar.MillisecondsPerHour && day > lastActive)
            {
                active += Weight(day);
                lastActive = day;
            }

            oldest = Math.Max(oldest, day);
        }

        // Days 0 to the oldest, and once more those of today's weekday.
        all += oldest < 0 ? 0 : oldest + 1 + Math.Floor(oldest / DaysPerWeek) + 1;
        return all > 0 ? active / all : 0.5;
    }

    private static double Weight(double day) => day % DaysPerWeek == 0 ? 2 : 1;
}
