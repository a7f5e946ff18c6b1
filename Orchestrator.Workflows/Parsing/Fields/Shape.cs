using System.Globalization;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>What may stand in a field, in JSON Schema's terms.</summary>
public sealed record Shape(string? Type)
{
    /// <summary>Anything.</summary>
    public static Shape Any { get; } = new((string?)null);

    public static Shape Text { get; } = new("string");

    public static Shape Truth { get; } = new("boolean");

    public static Shape Nothing { get; } = new("null");

    public static Shape Mapping { get; } = new("object");

    public double? Minimum { get; private init; }

    public double? Maximum { get; private init; }

    public IReadOnlyList<string> Words { get; private init; } = [];

    public string? Pattern { get; private init; }

    /// <summary>What the elements of a list are.</summary>
    public Shape? Elements { get; private init; }

    /// <summary>One element may stand without the list around it.</summary>
    public bool OrSingle { get; private init; }

    /// <summary>The fields of an object; asked for late, because tables name each other.</summary>
    internal Func<IFieldTable>? Fields { get; private init; }

    /// <summary>What each member of a mapping with free names is.</summary>
    public Shape? Members { get; private init; }

    /// <summary>The fields of an object that a host has described.</summary>
    public IReadOnlyList<OwnStepField>? Own { get; private init; }

    /// <summary>A step inside of another: described once, or the schema would have no end.</summary>
    public static Shape Step { get; } = new("object") { Reference = "#/properties/steps/items" };

    /// <summary>Where the schema describes it; null: here.</summary>
    public string? Reference { get; private init; }

    /// <summary>Nothing may stand there too.</summary>
    public bool IsNullable { get; init; }

    /// <summary>Either of these.</summary>
    public IReadOnlyList<Shape> Choices { get; private init; } = [];

    internal static Shape Object(Func<IFieldTable> fields) => new("object") { Fields = fields };

    public static Shape ObjectOf(IReadOnlyList<OwnStepField> fields) => new("object") { Own = fields };

    public static Shape MappingOf(Shape members) => new("object") { Members = members };

    public static Shape Either(params IReadOnlyList<Shape> choices) => new((string?)null) { Choices = choices };

    public static Shape Integer(int minimum, int maximum) => new("integer") { Minimum = minimum, Maximum = maximum };

    /// <summary>A whole number beyond 32 bits; a file's numbers are exact up to 2^53.</summary>
    public static Shape Whole(double minimum, double maximum) => new("integer") { Minimum = minimum, Maximum = maximum };

    public static Shape Number(double minimum, double maximum) => new("number") { Minimum = minimum, Maximum = maximum };

    public static Shape OneOf(IEnumerable<string> words) => new("string") { Words = [.. words] };

    public static Shape Matching(string pattern) => new("string") { Pattern = pattern };

    public static Shape ListOf(Shape elements) => new("array") { Elements = elements };

    public static Shape OneOrMore(Shape elements) => new("array") { Elements = elements, OrSingle = true };

    /// <summary>What is wrong with a value, such as an expression's; null: it fits.</summary>
    /// <param name="value">What stands there.</param>
    /// <param name="path">What the answer calls it.</param>
    public string? Problem(Value value, string path)
    {
        if (value.IsNullish)
        {
            return IsNullable || Type is null ? null : $"`{path}` has to be {Name}, but is nothing";
        }

        if (!Fits(value))
        {
            var text = value.ToJson();
            return $"`{path}` has to be {Name}, but is {(text.Length <= 60 ? text : text[..60] + "…")}";
        }

        return value.Kind switch
        {
            ValueKind.Array when Elements is { } elements => value.AsArray()
                .Select((element, index) => elements.Problem(element, $"{path}[{index}]")).FirstOrDefault(problem => problem is not null),
            ValueKind.Object when Members is { } members => value.AsObject()
                .Select(member => members.Problem(member.Value, $"{path}.{member.Key}")).FirstOrDefault(problem => problem is not null),
            ValueKind.Object when Own is { } own => own
                .Where(field => field.IsRequired || !value[field.Name].IsUndefined)
                .Select(field => field.Shape.Problem(value[field.Name], $"{path}.{field.Name}")).FirstOrDefault(problem => problem is not null),
            _ => null,
        };
    }

    private string Name => Type switch
    {
        "string" when Words.Count > 0 => $"one of {string.Join(", ", Words)}",
        "string" => "text",
        "integer" => "a whole number" + Bounds,
        "number" => "a number" + Bounds,
        "boolean" => "true or false",
        "array" => "a list",
        _ => "an object",
    };

    private string Bounds => (Minimum, Maximum) switch
    {
        ( > -9e15, < 9e15) => string.Create(CultureInfo.InvariantCulture, $" from {Minimum} to {Maximum}"),
        ( > -9e15, _) => string.Create(CultureInfo.InvariantCulture, $" of at least {Minimum}"),
        (_, < 9e15) => string.Create(CultureInfo.InvariantCulture, $" of at most {Maximum}"),
        _ => "",
    };

    private bool Fits(Value value) => Type switch
    {
        null => true,
        "string" => value.Kind == ValueKind.String && (Words.Count == 0 || Words.Contains(value.AsString())),
        "integer" => value.Kind == ValueKind.Number && value.AsNumber() == Math.Truncate(value.AsNumber()) && InBounds(value.AsNumber()),
        "number" => value.Kind == ValueKind.Number && InBounds(value.AsNumber()),
        "boolean" => value.Kind == ValueKind.Boolean,
        "array" => value.Kind == ValueKind.Array,
        _ => value.Kind == ValueKind.Object,
    };

    private bool InBounds(double number) => number >= (Minimum ?? double.MinValue) && number <= (Maximum ?? double.MaxValue);
}
