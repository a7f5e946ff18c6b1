using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Workflows.Readiness;

/// <summary>Agents' pasts for tests, by hand and at random.</summary>
internal static class Histories
{
    public static DateTime Now { get; } = new(2026, 11, 21, 10, 30, 0, 123, DateTimeKind.Utc);

    public static string[] Types { get; } =
        ["feed_reviewed", "post_created", "post_liked", "comment_made", "content_shared", "conversation_started", "post_bookmarked", "slept"];

    /// <summary>The six workflows that the project ships.</summary>
    public static IReadOnlyList<AgentWorkflow> Shipped { get; } =
    [
        .. new[] { "feed_review", "like", "comment", "share", "post_creator", "bookmark" }
            .Select(key => Files.Sound(Files.Shipped($"{key}.yml"))).Select(one => new AgentWorkflow(one.Key, one.Readiness!)),
    ];

    /// <summary>Events of these types so many hours ago, newest first as given.</summary>
    public static AgentActivity Of(params ReadOnlySpan<(string Type, double HoursAgo)> events)
    {
        var list = new List<AgentEvent>();
        foreach (var (type, hours) in events)
        {
            list.Add(new AgentEvent(type, Now.AddHours(-hours), Value.EmptyObject));
        }

        return new AgentActivity(new AgentProfile { Id = 7, Username = "ada", CreatedAt = Now.AddDays(-90) }, list);
    }

    /// <summary>Up to 50 events of minutes to months, often at the same hour or at an edge of a formula.</summary>
    public static AgentActivity Random(Random random)
    {
        double[] spans = [2, 8, 50, 400, 3000];
        double[] edges = [0, 1, 2, 4, 6, 12, 24, 48, 12 * 24, 7 * 24, 23, 25, 35, 36, 37];
        var span = spans[random.Next(spans.Length)];
        var hours = Enumerable.Range(0, random.Next(0, ReadinessEvaluator.NewestEvents + 1))
            .Select(_ => random.Next(8) == 0 ? edges[random.Next(edges.Length)] : random.NextDouble() * span)
            .Order();
        return Of([.. hours.Select(ago => (Types[random.Next(Types.Length)], ago))]);
    }
}
