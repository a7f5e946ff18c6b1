using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Comparing;

/// <summary>A step that two versions have, and differently.</summary>
/// <param name="Id">The step.</param>
/// <param name="Fields">Its fields that differ, as the files spell them.</param>
public sealed record ChangedStep(string Id, IReadOnlyList<string> Fields);

/// <summary>How one version of a workflow differs from another.</summary>
/// <param name="Added">Steps that only the second has.</param>
/// <param name="Removed">Steps that only the first has.</param>
/// <param name="Changed">Steps that both have.</param>
/// <param name="Fields">Fields outside of steps, such as <c>triggers</c> or <c>config.timeout_ms</c>.</param>
/// <param name="Templates">Templates that only one uses, or both with another text.</param>
/// <param name="Text">The lines, in the unified format; empty: the same.</param>
public sealed record VersionDiff(
    IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<ChangedStep> Changed, IReadOnlyList<string> Fields,
    IReadOnlyList<string> Templates, string Text)
{
    /// <summary>Mappings whose members are told apart.</summary>
    private static readonly string[] Opened = ["config", "defaults", "inputs", "variables"];

    /// <summary>Compares what two files say; their layout and comments count in <see cref="Text"/> alone.</summary>
    /// <param name="before">The first, as it was written.</param>
    /// <param name="after">The second.</param>
    /// <param name="templatesBefore">What the first uses of other files.</param>
    /// <param name="templatesAfter">What the second uses.</param>
    /// <param name="nameBefore">What <see cref="Text"/> calls the first.</param>
    /// <param name="nameAfter">What it calls the second.</param>
    public static VersionDiff Of(
        string before, string after, IEnumerable<TemplateSource> templatesBefore, IEnumerable<TemplateSource> templatesAfter, string nameBefore, string nameAfter)
    {
        var (first, second) = (Read(before), Read(after));
        var (stepsBefore, stepsAfter) = (Steps(first), Steps(second));
        return new VersionDiff(
            [.. stepsAfter.Keys.Where(id => !stepsBefore.ContainsKey(id))],
            [.. stepsBefore.Keys.Where(id => !stepsAfter.ContainsKey(id))],
            [.. stepsAfter.Where(step => stepsBefore.ContainsKey(step.Key))
                .Select(step => new ChangedStep(step.Key, Differing(Flat(stepsBefore[step.Key], ["config"], withName: false), Flat(step.Value, ["config"], withName: false))))
                .Where(step => step.Fields.Count > 0)],
            Differing(Top(first), Top(second)),
            Differing(Texts(templatesBefore), Texts(templatesAfter)),
            TextDiff.Unified(before, after, nameBefore, nameAfter));
    }

    /// <summary>What can't be read, having been written for another program, has no fields.</summary>
    private static Value Read(string text)
    {
        var value = Value.EmptyObject;
        _ = WorkflowParser.Read(text, "", root => value = root.Constant());
        return value.Kind == ValueKind.Object ? value : Value.EmptyObject;
    }

    private static Dictionary<string, Value> Steps(Value workflow)
    {
        var steps = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var step in workflow["steps"] is { Kind: ValueKind.Array } list ? list.AsArray().Where(one => one.Kind == ValueKind.Object) : [])
        {
            steps.TryAdd(step["id"].ToText(), step);
        }

        return steps;
    }

    private static Dictionary<string, Value> Top(Value workflow)
    {
        var fields = Flat(workflow, Opened, withName: true);
        fields.Remove("steps");
        return fields;
    }

    /// <summary>Fields by name; those of some mappings one by one.</summary>
    private static Dictionary<string, Value> Flat(Value of, string[] opened, bool withName)
    {
        var fields = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (name, value) in of.AsObject())
        {
            if (!opened.Contains(name) || value.Kind != ValueKind.Object)
            {
                fields[name] = value;
                continue;
            }

            foreach (var (inner, content) in value.AsObject())
            {
                fields[withName ? $"{name}.{inner}" : inner] = content;
            }
        }

        return fields;
    }

    private static Dictionary<string, Value> Texts(IEnumerable<TemplateSource> templates) => templates.ToDictionary(one => one.Name, one => Value.Of(one.Text));

    private static IReadOnlyList<string> Differing(Dictionary<string, Value> first, Dictionary<string, Value> second) =>
        [.. first.Keys.Union(second.Keys).Where(name => first.GetValueOrDefault(name) != second.GetValueOrDefault(name)).Order(StringComparer.Ordinal)];
}
