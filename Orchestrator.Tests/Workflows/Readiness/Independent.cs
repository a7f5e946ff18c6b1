using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Workflows.Readiness;

/// <summary>The formulas of seed 000 and of the two measures, written anew from their definitions, day by day and without the language.</summary>
internal static class Independent
{
    public static double FeedReview(AgentActivity agent, DateTime now)
    {
        var last = agent.Events.FirstOrDefault(one => one.EventType == "feed_reviewed");
        var hours = last is null ? 24 : (Milliseconds(now) - Milliseconds(last.CreatedAt)) / (1000.0 * 60 * 60);
        var recent = agent.Events.Count(one =>
            one.EventType != "feed_reviewed" && Milliseconds(now) - Milliseconds(one.CreatedAt) < 1000 * 60 * 60 * 4);
        return (Math.Min(hours / 2, 1.0) * 0.7) + (Math.Min(recent / 5.0, 1.0) * 0.3);
    }

    public static double PostCreator(AgentActivity agent, DateTime now)
    {
        var last = agent.Events.FirstOrDefault(one => one.EventType == "post_created");
        var hours = last is null ? 48 : (Milliseconds(now) - Milliseconds(last.CreatedAt)) / (1000.0 * 60 * 60);
        if (hours < 6)
        {
            return 0;
        }

        var inspiring = agent.Events.Count(one =>
            one.EventType is "conversation_started" or "post_liked" or "comment_made" or "content_shared");
        return (Math.Min(hours / 12, 1.0) * 0.4) + (Math.Min(inspiring / 8.0, 1.0) * 0.6);
    }

    public static double Freshness(AgentActivity agent, DateTime now, double halfLife, double full) =>
        Math.Min(1, agent.Events.Sum(one => Math.Exp(-Math.Log(2) * Age(one, now).TotalHours / halfLife)) / full);

    /// <summary>Walks over the days as a calendar has them: their moment, their weekday, whether anything lies around it.</summary>
    public static double Online(AgentActivity agent, DateTime now, double window, double priorDays)
    {
        var (active, all) = (priorDays * 0.5, priorDays);
        var moments = agent.Events.Select(one => now - Age(one, now)).ToList();
        // What lies in the middle between two days belongs to the one further back.
        for (var day = now; moments.Count > 0 && day >= moments.Min().AddHours(-12); day = day.AddDays(-1))
        {
            var weight = day.DayOfWeek == now.DayOfWeek ? 2 : 1;
            all += weight;
            active += moments.Any(moment => (moment - day).Duration() <= TimeSpan.FromHours(window) && moment - day > TimeSpan.FromHours(-12)) ? weight : 0;
        }

        return all == 0 ? 0.5 : active / all;
    }

    private static long Milliseconds(DateTime time) => time.Ticks / TimeSpan.TicksPerMillisecond;

    private static TimeSpan Age(AgentEvent one, DateTime now) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Milliseconds(now) - Milliseconds(one.CreatedAt)));
}
