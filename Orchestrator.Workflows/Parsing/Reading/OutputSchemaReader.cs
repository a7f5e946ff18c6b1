using System.Text.RegularExpressions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Schemas;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads an <c>output_schema</c>. A keyword that would not be checked is an error: nobody should rely on it.</summary>
internal static class OutputSchemaReader
{
    /// <summary>The schema; null: it is no mapping, which is reported. With errors reported it is not to be used.</summary>
    public static OutputSchema? Read(FieldValue value)
    {
        if (value.Mapping() is not { } mapping)
        {
            return null;
        }

        var given = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        foreach (var entry in mapping.Entries)
        {
            if (OutputSchema.Keywords.Contains(entry.Key))
            {
                given[entry.Key] = value.Member(entry);
            }
            else if (!OutputSchema.Notes.Contains(entry.Key))
            {
                var nearest = value.Report.Suggest(entry.Key, [.. OutputSchema.Keywords]);
                value.Report.Error(
                    entry.Position, value.Path.Member(entry.Key), $"`{entry.Key}` is no keyword of a schema here",
                    nearest.Length > 0 ? nearest : $"Known are {string.Join(", ", OutputSchema.Keywords)}.");
            }
        }

        return Build(value, given);
    }

    private static OutputSchema Build(FieldValue value, Dictionary<string, FieldValue> given)
    {
        FieldValue? Get(string name) => given.TryGetValue(name, out var field) ? field : null;
        var others = Get("additionalProperties");
        return new OutputSchema
        {
            Source = value.Constant(),
            Type = Get("type") is { } type ? Types(type) : [],
            Enum = [.. Get("enum")?.OneOrMore().Select(one => one.Constant()) ?? [], .. Get("const") is { } constant ? [constant.Constant()] : Array.Empty<Value>()],
            Properties = Get("properties") is { } properties ? Members(properties) : new Dictionary<string, OutputSchema>(),
            Required = Get("required")?.Texts() ?? [],
            AllowsOthers = others is not { Node: ScalarNode } || others.Value.Truth() != false,
            Others = others is { Node: MappingNode } schema ? Read(schema) : null,
            Items = Get("items") is { } items ? Read(items) : null,
            Range = (Get("minimum")?.Number(), Get("maximum")?.Number()),
            Length = (Get("minLength")?.Whole(0, int.MaxValue), Get("maxLength")?.Whole(0, int.MaxValue)),
            Count = (Get("minItems")?.Whole(0, int.MaxValue), Get("maxItems")?.Whole(0, int.MaxValue)),
            Pattern = Get("pattern") is { } pattern ? Expression(pattern) : null,
        };
    }

    private static List<string> Types(FieldValue value)
    {
        var types = new List<string>();
        foreach (var one in value.OneOrMore())
        {
            // null is a word here, and nothing in YAML.
            var type = one.Node is ScalarNode { Value.IsNull: true } ? "null" : one.Text();
            if (type is not null && !OutputSchema.Types.Contains(type))
            {
                one.NoneOf(OutputSchema.Types, type);
            }
            else if (type is not null)
            {
                types.Add(type);
            }
        }

        return types;
    }

    private static Dictionary<string, OutputSchema> Members(FieldValue value)
    {
        var members = new Dictionary<string, OutputSchema>(StringComparer.Ordinal);
        foreach (var entry in value.Mapping()?.Entries ?? [])
        {
            if (Read(value.Member(entry)) is { } schema)
            {
                members[entry.Key] = schema;
            }
        }

        return members;
    }

    private static Regex? Expression(FieldValue value)
    {
        if (value.Text() is not { } pattern)
        {
            return null;
        }

        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            value.Error($"it is no regular expression that can be used: {e.Message}");
            return null;
        }
    }
}
