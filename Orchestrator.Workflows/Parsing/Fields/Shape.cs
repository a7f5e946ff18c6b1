namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>What may stand in a field, in JSON Schema's terms.</summary>
internal sealed record Shape(string? Type)
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
    public Func<IFieldTable>? Fields { get; private init; }

    /// <summary>What each member of a mapping with free names is.</summary>
    public Shape? Members { get; private init; }

    /// <summary>Either of these.</summary>
    public IReadOnlyList<Shape> Choices { get; private init; } = [];

    public static Shape Object(Func<IFieldTable> fields) => new("object") { Fields = fields };

    public static Shape MappingOf(Shape members) => new("object") { Members = members };

    public static Shape Either(params IReadOnlyList<Shape> choices) => new((string?)null) { Choices = choices };

    public static Shape Integer(int minimum, int maximum) => new("integer") { Minimum = minimum, Maximum = maximum };

    public static Shape Number(double minimum, double maximum) => new("number") { Minimum = minimum, Maximum = maximum };

    public static Shape OneOf(IEnumerable<string> words) => new("string") { Words = [.. words] };

    public static Shape Matching(string pattern) => new("string") { Pattern = pattern };

    public static Shape ListOf(Shape elements) => new("array") { Elements = elements };

    public static Shape OneOrMore(Shape elements) => new("array") { Elements = elements, OrSingle = true };
}
