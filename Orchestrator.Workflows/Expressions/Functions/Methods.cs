using System.Collections.Frozen;
using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>The methods that values have, by kind and name.</summary>
internal static class Methods
{
    private const int MaxDigits = 100;

    private static readonly FrozenDictionary<string, Function> OfNumbers = new Dictionary<string, Function>
    {
        ["toFixed"] = call => Value.Of(NumberFormat.Fixed(call.Self.AsNumber(), Digits(call, 0))),
        ["toPrecision"] = call => Value.Of(call.Argument(0).IsUndefined
            ? ValueText.Of(call.Self)
            : NumberFormat.Precise(call.Self.AsNumber(), Digits(call, 1))),
        ["toString"] = NumberToText,
        ["valueOf"] = call => call.Self,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Function> OfDates = DateFunctions.Methods.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Function> OfOthers = new Dictionary<string, Function>
    {
        ["toString"] = call => Value.Of(ValueText.Of(call.Self)),
        ["hasOwnProperty"] = call => Value.Of(call.Self.Kind == ValueKind.Object && call.Self.AsObject().ContainsKey(call.TextOf(0))),
    }.ToFrozenDictionary();

    /// <summary>Every method's name, whatever the kind.</summary>
    public static FrozenSet<string> Names { get; } = FrozenSet.ToFrozenSet(
        [.. ArrayMethods.Table.Keys, .. TextMethods.Table.Keys, .. OfNumbers.Keys, .. OfDates.Keys, .. OfOthers.Keys]);

    public static Function? Find(ValueKind kind, string name) => (kind switch
    {
        ValueKind.Array => ArrayMethods.Table,
        ValueKind.String => TextMethods.Table,
        ValueKind.Number => OfNumbers,
        ValueKind.Date => OfDates,
        _ => OfOthers,
    }).GetValueOrDefault(name);

    private static int Digits(Call call, int least) => call.Integer(0) is var digits && digits >= least && digits <= MaxDigits
        ? digits
        : throw call.Fail($"`{call.Name}` takes {least} to {MaxDigits} digits");

    private static Value NumberToText(Call call)
    {
        var radix = call.Integer(0, 10);
        if (radix == 10 || !double.IsFinite(call.Self.AsNumber()))
        {
            return Value.Of(ValueText.Of(call.Self));
        }

        return radix is < 2 or > 36
            ? throw call.Fail("`toString` takes a base from 2 to 36")
            : double.IsInteger(call.Self.AsNumber())
                ? Value.Of(NumberFormat.ToBase(call.Self.AsNumber(), radix))
                : throw call.Fail("only whole numbers are written to another base");
    }
}
