using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads <c>inputs</c>.</summary>
internal static class InputReader
{
    private static readonly string[] Types = ["string", "number", "integer", "boolean", "object", "array"];

    public static FieldTable<InputDraft> Fields { get; } = new(
        new Field<InputDraft>("type", Shape.OneOf(Types), (draft, value) => draft.Type = ReadType(value)),
        Field<InputDraft>.Truth("required", (draft, required) => draft.Required = required),
        new Field<InputDraft>("default", Shape.Any, (draft, value) => draft.Default = value),
        new Field<InputDraft>("enum", Shape.ListOf(Shape.Any), (draft, value) => draft.Enum = ReadEnum(value)),
        new Field<InputDraft>("pattern", Shape.Text, (draft, value) => draft.Pattern = ReadPattern(value)),
        Field<InputDraft>.Number("min", double.MinValue, double.MaxValue, (draft, min) => draft.Min = min),
        Field<InputDraft>.Number("max", double.MinValue, double.MaxValue, (draft, max) => draft.Max = max),
        Field<InputDraft>.Text("description", (draft, text) => draft.Description = text));

    public static Dictionary<string, InputDefinition> Read(FieldValue value)
    {
        var inputs = new Dictionary<string, InputDefinition>(StringComparer.Ordinal);
        foreach (var entry in value.Mapping()?.Entries ?? [])
        {
            var draft = new InputDraft();
            var field = value.Member(entry);
            if (field.Node is not ScalarNode { Value.IsNull: true })
            {
                Fields.Read(draft, field);
            }

            Check(draft, field);
            inputs[entry.Key] = draft.Build();
        }

        return inputs;
    }

    /// <summary>Whether a value is of one of the types that an input may have.</summary>
    public static bool IsOfType(Value value, string type) => type switch
    {
        "string" => value.Kind == ValueKind.String,
        "number" => value.Kind == ValueKind.Number,
        "integer" => value.Kind == ValueKind.Number && value.AsNumber() == Math.Truncate(value.AsNumber()),
        "boolean" => value.Kind == ValueKind.Boolean,
        "object" => value.Kind == ValueKind.Object,
        "array" => value.Kind == ValueKind.Array,
        _ => true,
    };

    private static void Check(InputDraft draft, FieldValue field)
    {
        if (draft.Min > draft.Max)
        {
            field.Error($"`min` {draft.Min} is greater than `max` {draft.Max}");
        }

        if (draft is { Pattern: not null, Type: not (null or "string") })
        {
            field.Error($"`pattern` is for text, and the type is {draft.Type}", "Remove it, or make the type string.");
        }

        if ((draft.Min ?? draft.Max) is not null && draft.Type is "boolean" or "object")
        {
            field.Error($"`min` and `max` bound numbers, the length of text and of lists, and the type is {draft.Type}", "Remove them.");
        }

        if (draft.Default is not { } given)
        {
            return;
        }

        var value = given.Constant();
        if (draft.Type is { } type && !IsOfType(value, type))
        {
            given.Expected($"a default of type {type}");
        }
        else if (draft.Enum.Count > 0 && !draft.Enum.Contains(value))
        {
            given.Error("the default is none of the values in `enum`");
        }
    }

    private static string? ReadType(FieldValue value)
    {
        var words = Types.ToDictionary(word => word, _ => true, StringComparer.Ordinal);
        return value.Word(words) is true ? value.Text() : null;
    }

    private static IReadOnlyList<Value> ReadEnum(FieldValue value)
    {
        if (value.Node is ListNode { Elements.Count: > 0 })
        {
            return value.Constant().AsArray();
        }

        value.Expected("a list of the values allowed, at least one");
        return [];
    }

    private static string? ReadPattern(FieldValue value)
    {
        if (value.Text() is not { } pattern)
        {
            return null;
        }

        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return pattern;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            value.Error($"the pattern can't be used: {exception.Message.TrimEnd('.')}", "Look-around and back references are not supported.");
            return null;
        }
    }
}

/// <summary>The fields of one input as given.</summary>
internal sealed class InputDraft
{
    public string? Type { get; set; }

    public bool Required { get; set; }

    public FieldValue? Default { get; set; }

    public IReadOnlyList<Value> Enum { get; set; } = [];

    public string? Pattern { get; set; }

    public double? Min { get; set; }

    public double? Max { get; set; }

    public string? Description { get; set; }

    public InputDefinition Build() => new()
    {
        Type = Type,
        Required = Required,
        Default = Default?.Constant() ?? Value.Undefined,
        Enum = Enum,
        Pattern = Pattern,
        Min = Min,
        Max = Max,
        Description = Description,
    };
}
