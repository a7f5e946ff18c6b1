using System.Text.Json.Nodes;

namespace Orchestrator.Web.Samples;

/// <summary>
/// What the sample agents make of a goal: always the same. By the capabilities that a task asks for one is <c>hasty</c> (its
/// first answer is not accurate), <c>hard</c> (only the coordinator is up to it) or <c>slow</c>.
/// </summary>
internal static class SampleTasks
{
    public const string Path = "/agents/tasks";

    public static TimeSpan SlowTime { get; } = TimeSpan.FromMilliseconds(500);

    public static bool IsSlow(JsonObject task) => Asks(task, "slow");

    public static bool IsTooHard(JsonObject task) => Asks(task, "hard") && Name(task) != "coordinator";

    public static JsonObject Of(JsonObject task)
    {
        var isHasty = Asks(task, "hasty") && (int?)task["attempt"] is not > 1;
        var goal = (string?)task["goal"] ?? "";
        return new JsonObject
        {
            ["result"] = new JsonObject
            {
                ["goal"] = goal,
                ["summary"] = $"{Name(task)} has done it: {goal}",
                ["sources"] = new JsonArray([.. ((task["results"] as JsonObject)?.Select(one => (JsonNode?)one.Key) ?? [])]),
                ["confidence"] = isHasty ? "low" : "high",
            },
            ["accuracy"] = isHasty ? 60 : 95,
            ["tokens"] = 40 + goal.Length,
            ["validated_by"] = new JsonArray("sample-check"),
        };
    }

    private static string Name(JsonObject task) => (string?)task["agent"]?["username"] ?? "somebody";

    private static bool Asks(JsonObject task, string capability) =>
        (task["capabilities"] as JsonArray)?.Any(one => (string?)one == capability) == true;
}
