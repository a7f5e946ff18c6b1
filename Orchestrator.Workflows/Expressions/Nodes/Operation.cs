using System.Globalization;
using Orchestrator.Workflows.Expressions.Functions;

namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary>
/// What the operators do. As in JavaScript, except: arrays and objects are compared by their contents, they are
/// written as JSON when added to a string, and other arithmetic with them is an error instead of NaN; <c>==</c> is
/// <c>===</c>, except that null and undefined are alike.
/// </summary>
internal static class Operation
{
    public static bool Same(Value left, Value right) =>
        left.Kind == ValueKind.Number && right.Kind == ValueKind.Number
            ? left.AsNumber() == right.AsNumber()
            : left.Equals(right);

    public static bool Alike(Value left, Value right) => (left.IsNullish && right.IsNullish) || Same(left, right);

    public static Value Add(Evaluation evaluation, Value left, Value right, int offset)
    {
        if (!IsText(left) && !IsText(right))
        {
            return Value.Of(Number(evaluation, left, "+", offset) + Number(evaluation, right, "+", offset));
        }

        evaluation.Spend(offset, (left.Size + right.Size) / Budget.ContentPerWork);
        return evaluation.Made(Value.Of(ValueText.Of(left) + ValueText.Of(right)), offset);
    }

    public static double Arithmetic(Evaluation evaluation, string op, Value left, Value right, int offset)
    {
        var first = Number(evaluation, left, op, offset);
        var second = Number(evaluation, right, op, offset);
        return op switch
        {
            "-" => first - second,
            "*" => first * second,
            "/" => first / second,
            "%" => first % second,
            "**" => Math.Abs(first) == 1 && !double.IsFinite(second) ? double.NaN : Math.Pow(first, second),
            _ => throw new InvalidOperationException($"No operator {op}."),
        };
    }

    public static bool Compare(Evaluation evaluation, string op, Value left, Value right, int offset)
    {
        if (left.Kind == ValueKind.String && right.Kind == ValueKind.String)
        {
            var order = string.CompareOrdinal(left.AsString(), right.AsString());
            return op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
        }

        var first = Number(evaluation, left, op, offset);
        var second = Number(evaluation, right, op, offset);
        return op switch { "<" => first < second, "<=" => first <= second, ">" => first > second, _ => first >= second };
    }

    public static double Number(Evaluation evaluation, Value value, string op, int offset) =>
        value.Kind is ValueKind.Array or ValueKind.Object
            ? throw evaluation.Fail($"`{op}` needs numbers, found {ValueText.Name(value.Kind)}", offset)
            : ToNumber(value);

    /// <summary>JavaScript's <c>Number(value)</c>; NaN for arrays and objects.</summary>
    public static double ToNumber(Value value) => value.Kind switch
    {
        ValueKind.Null => 0,
        ValueKind.Boolean => value.AsBoolean() ? 1 : 0,
        ValueKind.Number => value.AsNumber(),
        ValueKind.Date => value.AsTime(),
        ValueKind.String => ToNumber(TextMethods.Trim(value.AsString())),
        _ => double.NaN,
    };

    private const NumberStyles Decimal =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static double ToNumber(string text) => text switch
    {
        "" => 0,
        "Infinity" or "+Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        ['0', 'x' or 'X', ..] => NumberFormat.Read(text.AsSpan(2), 16),
        ['0', 'o' or 'O', ..] => NumberFormat.Read(text.AsSpan(2), 8),
        ['0', 'b' or 'B', ..] => NumberFormat.Read(text.AsSpan(2), 2),
        _ when char.IsAsciiLetter(text[^1]) => double.NaN,
        _ => double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out var number) && text.AsSpan().IndexOfAny("∞N") < 0 ? number : double.NaN,
    };

    private static bool IsText(Value value) => value.Kind is ValueKind.String or ValueKind.Date or ValueKind.Array or ValueKind.Object;
}
