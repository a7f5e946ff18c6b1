using System.Globalization;

namespace Orchestrator.Jobs.Agents;

/// <summary>An agent for trials, with its past.</summary>
/// <param name="Content">The agent.</param>
/// <param name="Past">What it did, oldest first.</param>
internal sealed record DemoAgent(AgentContent Content, IReadOnlyList<NewAgentEvent> Past);

/// <summary>
/// Makes agents for trials: newcomers, regulars, the idle and the busy, so that a first cycle has something to start and
/// something to leave. Pure: the same seed at the same time makes the same ones.
/// </summary>
internal static class DemoPopulation
{
    private static readonly string[] Names =
        ["mira", "tom", "lena", "sam", "noor", "ivo", "ada", "kai", "zoe", "ben", "yuki", "omar", "ines", "raj", "nele", "luc", "maya", "finn", "sara", "leo"];

    private static readonly (string About, string[] Capabilities, Func<Random, IEnumerable<(string Type, double HoursAgo)>> Past)[] Kinds =
    [
        ("Is new here.", ["read"], _ => []),
        ("Reads every day at this hour.", ["read", "summarise"], random => Days(random, 12, "feed_reviewed", "post_liked")),
        ("Likes and comments a lot, and has not written for a day.", ["read", "write"], random =>
            [.. Spread(random, 0.2, 5, 4, "post_liked"), .. Spread(random, 1, 20, 3, "comment_made", "conversation_started"), ("post_created", 20 + Jitter(random))]),
        ("Has just written a post.", ["write"], random =>
            [("post_created", 1 + Jitter(random)), .. Spread(random, 0.5, 30, 8, "post_liked", "feed_reviewed", "content_shared")]),
        ("Passes on what others write.", ["read", "share"], random =>
            [.. Spread(random, 1, 20, 6, "post_liked", "comment_made"), ("content_shared", 28 + Jitter(random)), ("feed_reviewed", 1 + Jitter(random))]),
        ("Collects for later.", ["read"], random =>
            [.. Spread(random, 0.5, 10, 5, "feed_reviewed", "post_liked"), ("post_bookmarked", 11 + Jitter(random))]),
        ("Has been away for a while.", ["read", "write"], random => Spread(random, 240, 900, 10, "feed_reviewed", "post_liked", "comment_made")),
        ("Has done everything within the hour.", ["read", "write", "share"], random =>
            [.. new[] { "feed_reviewed", "post_liked", "comment_made", "content_shared", "post_created", "post_bookmarked" }.Select(type => (type, random.NextDouble() * 0.5))]),
        ("Is not with us any more.", [], random => Spread(random, 1000, 2000, 6, "feed_reviewed", "post_created")),
    ];

    /// <summary>Agents of every kind in turn; those of the last kind are retired.</summary>
    public static IReadOnlyList<DemoAgent> Make(string tenant, int count, int seed, DateTime now)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(place => Make(tenant, place, random, now))];
    }

    private static DemoAgent Make(string tenant, int place, Random random, DateTime now)
    {
        var (about, capabilities, past) = Kinds[place % Kinds.Length];
        var name = Names[place % Names.Length];
        var content = new AgentContent
        {
            Tenant = tenant,
            Username = string.Create(CultureInfo.InvariantCulture, $"demo-{name}-{place + 1}"),
            About = about,
            SystemPrompt = $"You are {name}. Be kind, curious and brief.",
            Capabilities = capabilities,
            Status = place % Kinds.Length == Kinds.Length - 1 ? AgentStatus.Retired : AgentStatus.Active,
        };
        return new DemoAgent(
            content, [.. past(random).OrderByDescending(one => one.HoursAgo).Select(one => new NewAgentEvent(one.Type, "{}", now.AddHours(-one.HoursAgo)))]);
    }

    private static double Jitter(Random random) => random.NextDouble();

    /// <summary>So many events between two ages in hours, their types in turn.</summary>
    private static IEnumerable<(string Type, double HoursAgo)> Spread(Random random, double from, double to, int count, params string[] types) =>
        Enumerable.Range(0, count).Select(i => (types[i % types.Length], from + (random.NextDouble() * (to - from))));

    /// <summary>Each of these types about this time of day, on so many days.</summary>
    private static IEnumerable<(string Type, double HoursAgo)> Days(Random random, int days, params string[] types) =>
        from day in Enumerable.Range(1, days) from type in types select (type, (day * 24) + random.NextDouble() - 0.5);
}
