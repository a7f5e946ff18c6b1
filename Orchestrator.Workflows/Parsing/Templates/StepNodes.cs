using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Yaml;
using YamlDotNet.Core;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>Steps as nodes: which steps they name, and nodes that are made.</summary>
internal static class StepNodes
{
    /// <summary>Fields that name other steps which must have ended, or wait for this one.</summary>
    private static readonly string[] Order = ["depends_on", "dependsOn", "next"];

    /// <summary>Fields that name steps which start only through this one. In any spelling; they may stand under <c>config</c>.</summary>
    private static readonly HashSet<string> Through = new(StringComparer.Ordinal)
    {
        "steps", "step", "cases", "default", "trueStep", "true_step", "falseStep", "false_step", "loopStep", "loop_step", "compensate",
        "on_failure", "onFailure", "alternativeStep", "alternative_step", "rollbackSteps", "rollback_steps",
    };

    public static ScalarNode? Id(MappingNode step) => Find(step, "id") as ScalarNode;

    public static YamlNode? Find(MappingNode step, string name) =>
        step.Entries.FirstOrDefault(entry => entry.Key == name).Content;

    /// <summary>Its id, and those of the steps that it holds.</summary>
    public static IEnumerable<string> AllIds(MappingNode step) => new[] { Id(step)?.Text }.OfType<string>().Concat(Held(step).SelectMany(AllIds));

    /// <summary>Whether it is a step that stands where others may be named.</summary>
    public static bool IsStep(MappingNode node) => Id(node) is not null;

    /// <summary>The steps that stand in the places of names.</summary>
    public static IEnumerable<MappingNode> Held(MappingNode step) => step.Entries
        .Concat(Find(step, "config") is MappingNode config ? config.Entries : [])
        .Where(entry => Through.Contains(entry.Key))
        .SelectMany(entry => entry.Content is ListNode list ? list.Elements : [entry.Content])
        .OfType<MappingNode>().Where(IsStep);

    /// <summary>Whether a field holds names of steps.</summary>
    public static bool NamesSteps(string field, YamlNode content) =>
        Order.Contains(field) || Through.Contains(field) && !(content is ScalarNode && field is "on_failure" or "onFailure");

    /// <summary>Whether all names in it have to be the template's own.</summary>
    public static bool IsOrder(string field) => Order.Contains(field);

    public static IEnumerable<string> DependsOn(MappingNode step) => Texts(Find(step, "depends_on")).Concat(Texts(Find(step, "dependsOn")));

    public static IEnumerable<string> Next(MappingNode step) => Texts(Find(step, "next"));

    /// <summary>The names in fields whose steps start only through this one.</summary>
    public static IEnumerable<string> Started(MappingNode step) => step.Entries
        .Concat(Find(step, "config") is MappingNode config ? config.Entries : [])
        .Where(entry => !IsOrder(entry.Key) && NamesSteps(entry.Key, entry.Content))
        .SelectMany(entry => Texts(entry.Content));

    public static ScalarNode Text(string text, Position position) => new(position, text, Value.Of(text), ScalarStyle.DoubleQuoted, 0, 0);

    public static YamlEntry Entry(string key, YamlNode content) => new(key, content.Position, content);

    private static IEnumerable<string> Texts(YamlNode? node) => node switch
    {
        ScalarNode { Value.Kind: ValueKind.String } scalar => [scalar.Text],
        ListNode list => list.Elements.SelectMany(Texts),
        MappingNode mapping => mapping.Entries.SelectMany(entry => Texts(entry.Content)),
        _ => [],
    };
}
