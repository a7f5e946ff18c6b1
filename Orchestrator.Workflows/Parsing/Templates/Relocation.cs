using System.Text.RegularExpressions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>Makes a template's nodes those of one use: their places say so, their steps have the ids of that use.</summary>
internal sealed partial class Relocation(Origin origin, IReadOnlyDictionary<string, string> ids, Report report)
{
    /// <summary>A step of the template.</summary>
    public MappingNode Step(MappingNode step) => Step(step, mayHaveConfig: true);

    /// <summary>Anything else of it. What is nothing but a parameter without expressions becomes what was given, unless that is text:
    /// text may be read as an expression, what was given is none.</summary>
    public YamlNode Any(YamlNode node) => node switch
    {
        ListNode list => list with { Position = At(list), Elements = [.. list.Elements.Select(Any)] },
        MappingNode mapping => mapping with { Position = At(mapping), Entries = [.. mapping.Entries.Select(entry => At(entry, Any(entry.Content)))] },
        ScalarNode { Value.Kind: ValueKind.String } scalar when Parameter().Match(scalar.Text) is { Success: true } match
            && origin.Find(match.Groups[1].Value)?.Node is { } given and not ScalarNode { Value.Kind: ValueKind.String } => given,
        _ => node with { Position = At(node) },
    };

    private MappingNode Step(MappingNode step, bool mayHaveConfig) => step with
    {
        Position = At(step),
        Entries = [.. step.Entries.Select(entry => At(entry, entry switch
        {
            { Key: "id", Content: ScalarNode id } when mayHaveConfig => Renamed(id),
            { Key: "config", Content: MappingNode config } when mayHaveConfig => Step(config, mayHaveConfig: false),
            _ when StepNodes.NamesSteps(entry.Key, entry.Content) => Names(entry.Content, StepNodes.IsOrder(entry.Key)),
            _ => Any(entry.Content),
        }))],
    };

    private YamlNode Names(YamlNode node, bool mustBeOwn) => node switch
    {
        ListNode list => list with { Position = At(list), Elements = [.. list.Elements.Select(element => Names(element, mustBeOwn))] },
        MappingNode held when StepNodes.IsStep(held) => Step(held),
        MappingNode mapping => mapping with { Position = At(mapping), Entries = [.. mapping.Entries.Select(entry => At(entry, Names(entry.Content, mustBeOwn)))] },
        ScalarNode { Value.Kind: ValueKind.String } scalar when ids.ContainsKey(scalar.Text) => Renamed(scalar),
        ScalarNode { Value.Kind: ValueKind.String } scalar when mustBeOwn => Unknown(scalar),
        _ => Any(node),
    };

    private ScalarNode Unknown(ScalarNode scalar)
    {
        report.Error(At(scalar), FieldPath.Root, $"the template has no step `{scalar.Text}`", Nearest.Hint(scalar.Text, [.. ids.Keys]));
        return scalar with { Position = At(scalar) };
    }

    private ScalarNode Renamed(ScalarNode scalar)
    {
        var id = ids.GetValueOrDefault(scalar.Text, scalar.Text);
        return scalar with { Position = At(scalar), Text = id, Value = Value.Of(id) };
    }

    private YamlEntry At(YamlEntry entry, YamlNode content) => new(entry.Key, entry.Position with { Origin = origin }, content);

    private Position At(YamlNode node) => node.Position with { Origin = origin };

    [GeneratedRegex(@"\A\s*\{\{\s*params\.([A-Za-z_$][\w$]*)\s*\}\}\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
