using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>Reads a field's value as one kind of thing; null, with an error reported, where it is another.</summary>
internal static class Reading
{
    public static string? Text(this FieldValue field)
    {
        if (field.Node is ScalarNode { Value.Kind: ValueKind.String } scalar)
        {
            return scalar.Text;
        }

        field.Expected("text", field.Node is ScalarNode { Value.IsNull: false } ? "Put it in quotes." : "");
        return null;
    }

    /// <summary>Text that is not blank.</summary>
    public static string? Name(this FieldValue field)
    {
        if (field.Text() is not { } text)
        {
            return null;
        }

        if (!string.IsNullOrWhiteSpace(text))
        {
            return text;
        }

        field.Error("it is empty");
        return null;
    }

    /// <summary>Any scalar as it is written: a label such as <c>1.10</c> stays itself.</summary>
    public static string? Label(this FieldValue field)
    {
        if (field.Node is ScalarNode { Value.IsNull: false } scalar)
        {
            return scalar.Text;
        }

        field.Expected("text");
        return null;
    }

    public static bool? Truth(this FieldValue field)
    {
        if (field.Node is ScalarNode { Value.Kind: ValueKind.Boolean } scalar)
        {
            return scalar.Value.AsBoolean();
        }

        field.Expected("true or false", field.Node is ScalarNode { Text: "true" or "false" } ? "Remove the quotes." : "");
        return null;
    }

    public static double? Number(this FieldValue field, double minimum = double.MinValue, double maximum = double.MaxValue)
    {
        if (field.Node is not ScalarNode { Value.Kind: ValueKind.Number } scalar)
        {
            field.Expected("a number", UnquoteHint(field));
            return null;
        }

        var number = scalar.Value.AsNumber();
        if (number >= minimum && number <= maximum)
        {
            return number;
        }

        field.Error(maximum == double.MaxValue ? $"{scalar.Text} is no number of at least {minimum}" : $"{scalar.Text} is not between {minimum} and {maximum}");
        return null;
    }

    public static int? Integer(this FieldValue field, int minimum, int maximum) => (int?)field.Whole(minimum, maximum);

    public static double? Whole(this FieldValue field, double minimum, double maximum)
    {
        if (field.Node is not ScalarNode { Value.Kind: ValueKind.Number } scalar || scalar.Value.AsNumber() != Math.Truncate(scalar.Value.AsNumber()))
        {
            field.Expected("a whole number", UnquoteHint(field));
            return null;
        }

        return field.Number(minimum, maximum);
    }

    public static TimeSpan? Milliseconds(this FieldValue field, int minimum) =>
        field.Integer(minimum, int.MaxValue) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    public static T? Word<T>(this FieldValue field, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (field.Text() is not { } word)
        {
            return null;
        }

        if (words.TryGetValue(word, out var meaning))
        {
            return meaning;
        }

        field.NoneOf([.. words.Keys], word);
        return null;
    }

    /// <summary>Reports that a word is none of those that may stand here, with the nearest of them.</summary>
    public static void NoneOf(this FieldValue field, IReadOnlyCollection<string> words, string word) => field.Error(
        $"`{word}` is none of {string.Join(", ", words.Select(one => $"`{one}`"))}", field.Report.SuggestNear(word, words));

    /// <summary>A list of text, or one text.</summary>
    public static IReadOnlyList<string> Texts(this FieldValue field) =>
        [.. field.OneOrMore().Select(one => one.Name()).OfType<string>()];

    public static MappingNode? Mapping(this FieldValue field)
    {
        if (field.Node is MappingNode mapping)
        {
            return mapping;
        }

        field.Expected("a mapping");
        return null;
    }

    /// <summary>Anything, as a value without expressions.</summary>
    public static Value Constant(this FieldValue field) => ConstantOf(field.Node);

    private static Value ConstantOf(YamlNode node) => node switch
    {
        ListNode list => Value.Array(list.Elements.Select(ConstantOf)),
        MappingNode mapping => Value.Object(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, ConstantOf(entry.Content)))),
        ScalarNode scalar => scalar.Value,
        _ => Value.Null,
    };

    private static string UnquoteHint(FieldValue field) =>
        field.Node is ScalarNode { Value.Kind: ValueKind.String } scalar && CoreSchema.Resolve(scalar.Text).Kind == ValueKind.Number
            ? "Remove the quotes."
            : "";
}
