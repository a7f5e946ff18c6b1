using System.Collections.Frozen;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>The methods that values have, by kind and name.</summary>
internal static class Methods
{
    private static readonly FrozenDictionary<string, Function> OfNumbers = new Dictionary<string, Function>
    {
        ["toFixed"] = call => Value.Of(NumberFormat.Fixed(call.Self.AsNumber(), Math.Clamp(call.Integer(0), 0, 100))),
        ["toString"] = call => Value.Of(ValueText.Of(call.Self)),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Function> OfOthers = new Dictionary<string, Function>
    {
        ["toString"] = call => Value.Of(ValueText.Of(call.Self)),
    }.ToFrozenDictionary();

    /// <summary>Every method's name, whatever the kind.</summary>
    public static FrozenSet<string> Names { get; } =
        FrozenSet.ToFrozenSet([.. ArrayMethods.Table.Keys, .. TextMethods.Table.Keys, .. OfNumbers.Keys]);

    public static Function? Find(ValueKind kind, string name) => (kind switch
    {
        ValueKind.Array => ArrayMethods.Table,
        ValueKind.String => TextMethods.Table,
        ValueKind.Number => OfNumbers,
        _ => OfOthers,
    }).GetValueOrDefault(name);
}
