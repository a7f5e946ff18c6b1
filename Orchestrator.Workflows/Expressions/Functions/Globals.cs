using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>The functions and constants that belong to no value.</summary>
internal static class Globals
{
    public static FrozenDictionary<string, Function> Functions { get; } = new Dictionary<string, Function>
    {
        ["String"] = call => Value.Of(call.Arguments.Count == 0 ? "" : call.TextOf(0)),
        ["Number"] = call => Value.Of(call.Arguments.Count == 0 ? 0 : Operation.ToNumber(call.Argument(0))),
        ["Boolean"] = call => Value.Of(call.Argument(0).IsTruthy),
        ["parseInt"] = call => Value.Of(Math.Truncate(LeadingNumber(call.TextOf(0), fraction: false))),
        ["parseFloat"] = call => Value.Of(LeadingNumber(call.TextOf(0), fraction: true)),
        ["isNaN"] = call => Value.Of(double.IsNaN(Operation.ToNumber(call.Argument(0)))),
        ["Number.isInteger"] = call => Value.Of(call.Argument(0) is { Kind: ValueKind.Number } value && double.IsInteger(value.AsNumber())),
        ["Number.isFinite"] = call => Value.Of(call.Argument(0) is { Kind: ValueKind.Number } value && double.IsFinite(value.AsNumber())),
        ["Array.isArray"] = call => Value.Of(call.Argument(0).Kind == ValueKind.Array),
        ["Object.keys"] = call => Value.Array(Members(call).Select(member => Value.Of(member.Key))),
        ["Object.values"] = call => Value.Array(Members(call).Select(member => member.Value)),
        ["Object.entries"] = call => Value.Array(Members(call).Select(member => Value.Array(Value.Of(member.Key), member.Value))),
        ["Object.fromEntries"] = FromEntries,
        ["JSON.parse"] = ParseJson,
        ["JSON.stringify"] = WriteJson,
        ["Math.abs"] = Numeric(Math.Abs),
        ["Math.ceil"] = Numeric(Math.Ceiling),
        ["Math.floor"] = Numeric(Math.Floor),
        ["Math.round"] = Numeric(number => Math.Floor(number + 0.5)),
        ["Math.trunc"] = Numeric(Math.Truncate),
        ["Math.sign"] = Numeric(number => double.IsNaN(number) ? number : Math.Sign(number)),
        ["Math.sqrt"] = Numeric(Math.Sqrt),
        ["Math.exp"] = Numeric(Math.Exp),
        ["Math.log"] = Numeric(Math.Log),
        ["Math.log2"] = Numeric(Math.Log2),
        ["Math.log10"] = Numeric(Math.Log10),
        ["Math.pow"] = call => Value.Of(Operation.Arithmetic(call.Evaluation, "**", call.Argument(0), call.Argument(1), call.Offset)),
        ["Math.min"] = call => Value.Of(Numbers(call).Aggregate(double.PositiveInfinity, Math.Min)),
        ["Math.max"] = call => Value.Of(Numbers(call).Aggregate(double.NegativeInfinity, Math.Max)),
    }.ToFrozenDictionary();

    public static FrozenDictionary<string, Value> Constants { get; } = new Dictionary<string, Value>
    {
        ["Math.PI"] = Value.Of(Math.PI),
        ["Math.E"] = Value.Of(Math.E),
    }.ToFrozenDictionary();

    /// <summary>What stands before the point of the names above.</summary>
    public static FrozenSet<string> Namespaces { get; } =
        Functions.Keys.Where(name => name.Contains('.')).Select(name => name.Split('.')[0]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Functions of the format whose features are not built yet.</summary>
    public static FrozenSet<string> Planned { get; } = FrozenSet.ToFrozenSet(["Date", "now", "uuid", "hash"]);

    private static Function Numeric(Func<double, double> compute) => call => Value.Of(compute(Operation.ToNumber(call.Argument(0))));

    private static IEnumerable<double> Numbers(Call call)
    {
        call.Evaluation.Spend(call.Offset, call.Arguments.Count);
        return call.Arguments.Select(Operation.ToNumber);
    }

    private static IReadOnlyDictionary<string, Value> Members(Call call)
    {
        if (call.Argument(0) is not { Kind: ValueKind.Object } value)
        {
            throw call.Fail($"`{call.Name}` needs an object, found {ValueText.Name(call.Argument(0).Kind)}");
        }

        call.Evaluation.Spend(call.Offset, value.ObjectMembers.Count);
        return value.AsObject();
    }

    private static Value FromEntries(Call call)
    {
        if (call.Argument(0) is not { Kind: ValueKind.Array } entries)
        {
            throw call.Fail("`Object.fromEntries` needs an array of pairs");
        }

        call.Evaluation.Spend(call.Offset, entries.Elements.Length);
        return Value.Object(entries.AsArray().Select(entry => KeyValuePair.Create(ValueText.Of(entry[0]), entry[1])));
    }

    private static Value ParseJson(Call call)
    {
        call.Pay(call.Argument(0).Size);
        try
        {
            return Value.Parse(call.TextOf(0));
        }
        catch (JsonException exception)
        {
            throw call.Fail($"`JSON.parse` found no JSON: {exception.Message}");
        }
    }

    private static Value WriteJson(Call call)
    {
        call.Pay(call.Argument(0).Size);
        return call.Argument(0).IsUndefined ? Value.Undefined : Value.Of(call.Argument(0).ToJson());
    }

    private static double LeadingNumber(string text, bool fraction)
    {
        text = text.Trim();
        var length = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var hasPoint = false;
        for (; length < text.Length && (char.IsAsciiDigit(text[length]) || (fraction && !hasPoint && text[length] == '.')); length++)
        {
            hasPoint |= text[length] == '.';
        }

        return double.TryParse(text.AsSpan(0, length), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }
}
