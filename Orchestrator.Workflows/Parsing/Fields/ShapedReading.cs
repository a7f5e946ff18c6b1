using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>Holds what a file gives against a shape. Text with <c>{{ }}</c> fits everywhere: its value is looked at when the step runs.</summary>
internal static class ShapedReading
{
    /// <summary>Reports what doesn't fit; the answer is the same node, the members of objects under the names that the shape has.</summary>
    public static YamlNode Shaped(this FieldValue value, Shape shape)
    {
        if (value.Node is ScalarNode { Value.Kind: ValueKind.String } text && text.Text.Contains("{{", StringComparison.Ordinal)
            || value.Node is ScalarNode { Value.IsNull: true } && shape.IsNullable)
        {
            return value.Node;
        }

        switch (shape)
        {
            case { Own: { } fields }:
                return value.Mapping() is { } given ? Object(value, given, fields) : value.Node;
            case { Elements: { } elements }:
                return List(value, elements);
            case { Members: { } members }:
                return value.Mapping() is { } mapping
                    ? mapping with { Entries = [.. mapping.Entries.Select(entry => entry with { Content = value.Member(entry).Shaped(members) })] }
                    : value.Node;
            default:
                CheckScalar(value, shape);
                return value.Node;
        }
    }

    private static YamlNode List(FieldValue value, Shape elements)
    {
        if (value.Node is ListNode list)
        {
            return list with { Elements = [.. list.Elements.Select((_, index) => value.Element(index).Shaped(elements))] };
        }

        value.Expected("a list");
        return value.Node;
    }

    private static MappingNode Object(FieldValue value, MappingNode given, IReadOnlyList<OwnStepField> fields)
    {
        var table = new FieldTable<Dictionary<string, YamlEntry>>([.. fields.Select(field =>
            new Field<Dictionary<string, YamlEntry>>(field.Name, field.Shape, (read, member) =>
                read[field.Name] = new YamlEntry(field.Name, member.Position, member.Shaped(field.Shape))) { IsExact = true })]);
        var entries = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        table.Read(entries, value);
        foreach (var missing in fields.Where(field => field.IsRequired && !given.Entries.Any(entry => table.Find(entry.Key)?.Name == field.Name)))
        {
            value.Error($"`{missing.Name}` is missing");
        }

        return given with { Entries = [.. entries.Values] };
    }

    private static void CheckScalar(FieldValue value, Shape shape)
    {
        switch (shape.Type)
        {
            case "string" when shape.Words.Count > 0:
                _ = value.Word(shape.Words.ToDictionary(word => word, _ => true, StringComparer.Ordinal));
                break;
            case "string":
                _ = value.Text();
                break;
            case "integer":
                _ = value.Whole(shape.Minimum ?? double.MinValue, shape.Maximum ?? double.MaxValue);
                break;
            case "number":
                _ = value.Number(shape.Minimum ?? double.MinValue, shape.Maximum ?? double.MaxValue);
                break;
            case "boolean":
                _ = value.Truth();
                break;
            case "object":
                _ = value.Mapping();
                break;
        }
    }
}
