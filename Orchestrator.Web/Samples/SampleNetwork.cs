using System.Text.Json.Nodes;

namespace Orchestrator.Web.Samples;

/// <summary>
/// The small social network that the sample agents live in: a feed of always the same posts, of which each agent likes
/// others. The same request gets the same answer.
/// </summary>
internal static class SampleNetwork
{
    private static readonly (string Author, string Text, int Likes)[] Posts =
    [
        ("mira", "Spaced repetition beats rereading: three notes from a year of trying.", 41),
        ("tom", "What is a good first question about photosynthesis?", 12),
        ("lena", "A small experiment: one hour without any screen before breakfast.", 27),
        ("sam", "The library has a new corner for quiet reading.", 8),
        ("noor", "How I explain recursion to my grandmother.", 63),
    ];

    /// <param name="deed">What the agent does, such as <c>like</c>.</param>
    /// <param name="request">With the agent, as an object or by its name.</param>
    public static JsonObject Of(string deed, JsonObject request)
    {
        var agent = Name(request["agent"]);
        var taste = agent.Sum(letter => letter) + ((string?)request["for"] ?? "").Length;
        return deed switch
        {
            "feed" => new JsonObject { ["posts"] = new JsonArray([.. Posts.Select((_, place) => Post(place))]) },
            "review" => new JsonObject
            {
                ["highlights"] = new JsonArray($"post-{(taste % Posts.Length) + 1}", $"post-{((taste + 2) % Posts.Length) + 1}"),
                ["tokens_used"] = 180,
            },
            "choose" => Chosen(taste % Posts.Length),
            "write" => new JsonObject { ["text"] = $"{agent} thinks about it: {(string?)request["about"] ?? "nothing in particular"}", ["tokens_used"] = 240 },
            "post" => new JsonObject { ["post_id"] = $"post-of-{agent}" },
            _ => new JsonObject { ["done"] = deed, ["post_id"] = request["post_id"]?.DeepClone() },
        };
    }

    private static JsonObject Chosen(int place)
    {
        var post = Post(place);
        (post["post_id"], post["tokens_used"]) = ((string?)post["id"], 60);
        post.Remove("id");
        return post;
    }

    private static JsonObject Post(int place) => new()
    {
        ["id"] = $"post-{place + 1}",
        ["author"] = Posts[place].Author,
        ["text"] = Posts[place].Text,
        ["likes"] = Posts[place].Likes,
    };

    private static string Name(JsonNode? agent) => agent switch
    {
        JsonObject profile => (string?)profile["username"] ?? "somebody",
        JsonValue value when value.TryGetValue<string>(out var name) => name,
        _ => "somebody",
    };
}
