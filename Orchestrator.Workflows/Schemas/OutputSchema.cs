using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Schemas;

/// <summary>
/// What a value has to look like: the part of JSON Schema that <see cref="Keywords"/> lists. Pure; a check looks at each
/// part of the value once.
/// </summary>
public sealed class OutputSchema
{
    /// <summary>The keywords that are checked.</summary>
    public static IReadOnlyList<string> Keywords { get; } =
    [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minimum", "maximum",
        "minLength", "maxLength", "pattern",
    ];

    /// <summary>The keywords that say something to a reader alone.</summary>
    public static IReadOnlyList<string> Notes { get; } = ["$schema", "$id", "$comment", "title", "description", "default", "examples", "format"];

    /// <summary>The words of <c>type</c>.</summary>
    public static IReadOnlyList<string> Types { get; } = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private const int MaxShown = 60;

    /// <summary>The schema as it was given.</summary>
    public required Value Source { get; init; }

    /// <summary>Any of these; empty: any.</summary>
    public IReadOnlyList<string> Type { get; init; } = [];

    /// <summary>One of these; empty: anything.</summary>
    public IReadOnlyList<Value> Enum { get; init; } = [];

    public IReadOnlyDictionary<string, OutputSchema> Properties { get; init; } = new Dictionary<string, OutputSchema>();

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>False: an object has only what <see cref="Properties"/> names.</summary>
    public bool AllowsOthers { get; init; } = true;

    /// <summary>What properties that are not named have to look like; null: anything.</summary>
    public OutputSchema? Others { get; init; }

    /// <summary>What each element of a list has to look like; null: anything.</summary>
    public OutputSchema? Items { get; init; }

    /// <summary>Of a number.</summary>
    public (double? Minimum, double? Maximum) Range { get; init; }

    /// <summary>Of a text in characters.</summary>
    public (double? Minimum, double? Maximum) Length { get; init; }

    /// <summary>Of a list in elements.</summary>
    public (double? Minimum, double? Maximum) Count { get; init; }

    /// <summary>What a text has to match somewhere.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>The first thing that is wrong with a value, with its place; null: it fits.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">What the answer calls it.</param>
    public string? Problem(Value value, string path)
    {
        if (Type.Count > 0 && !Type.Any(type => IsOf(type, value)))
        {
            return $"`{path}` has to be of type {string.Join(" or ", Type)}, but is {Short(value)}";
        }

        if (Enum.Count > 0 && !Enum.Contains(value))
        {
            return $"`{path}` has to be one of {string.Join(", ", Enum.Select(Short))}, but is {Short(value)}";
        }

        return value.Kind switch
        {
            ValueKind.Number => Outside(Range, value.AsNumber(), path, ""),
            ValueKind.String => Outside(Length, value.AsString().Length, path, " characters") ?? Mismatch(value, path),
            ValueKind.Array => Outside(Count, value.AsArray().Count, path, " elements") ?? ProblemOfElements(value, path),
            ValueKind.Object => ProblemOfMembers(value, path),
            _ => null,
        };
    }

    private string? ProblemOfElements(Value value, string path) => Items is not { } items ? null : value.AsArray()
        .Select((element, index) => items.Problem(element, $"{path}[{index}]")).FirstOrDefault(problem => problem is not null);

    private string? ProblemOfMembers(Value value, string path)
    {
        if (Required.FirstOrDefault(name => value[name].IsUndefined) is { } missing)
        {
            return $"`{path}.{missing}` is missing";
        }

        foreach (var (name, member) in value.AsObject())
        {
            var place = $"{path}.{name}";
            var problem = Properties.TryGetValue(name, out var schema) ? schema.Problem(member, place)
                : AllowsOthers ? Others?.Problem(member, place)
                : $"`{place}` is not allowed there";
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Mismatch(Value value, string path) =>
        Pattern is null || Pattern.IsMatch(value.AsString()) ? null : $"`{path}` has to match {Pattern}, but is {Short(value)}";

    private static string? Outside((double? Minimum, double? Maximum) bounds, double size, string path, string unit) =>
        size < bounds.Minimum ? $"`{path}` has to be at least {Text(bounds.Minimum.Value)}{unit}, but is {Text(size)}"
        : size > bounds.Maximum ? $"`{path}` has to be at most {Text(bounds.Maximum.Value)}{unit}, but is {Text(size)}"
        : null;

    private static bool IsOf(string type, Value value) => type switch
    {
        "object" => value.Kind == ValueKind.Object,
        "array" => value.Kind == ValueKind.Array,
        "string" => value.Kind == ValueKind.String,
        "number" => value.Kind == ValueKind.Number,
        "integer" => value.Kind == ValueKind.Number && double.IsInteger(value.AsNumber()),
        "boolean" => value.Kind == ValueKind.Boolean,
        _ => value.IsNullish,
    };

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Short(Value value)
    {
        var text = value.IsUndefined ? "nothing" : value.ToJson();
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }
}
