using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Workflows.Expressions.Functions.Dates;
using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>The functions and constants that belong to no value.</summary>
internal static class Globals
{
    private const int MaxIndent = 10;

    private static readonly Dictionary<string, Function> Own = new()
    {
        ["String"] = call => Value.Of(call.Arguments.Count == 0 ? "" : call.TextOf(0)),
        ["String.fromCharCode"] = call => Value.Of(string.Concat(call.Arguments.Select(code => (char)(ushort)(long)Operation.ToNumber(code)))),
        ["String.fromCodePoint"] = call => Value.Of(string.Concat(call.Arguments.Select(code => CodePoint(call, Operation.ToNumber(code))))),
        ["Boolean"] = call => Value.Of(call.Argument(0).IsTruthy),
        ["JSON.parse"] = ParseJson,
        ["JSON.stringify"] = WriteJson,
        ["encodeURIComponent"] = UriText.Encode(component: true),
        ["encodeURI"] = UriText.Encode(component: false),
        ["decodeURIComponent"] = UriText.DecodeComponent,
        ["hash"] = Hash,
        ["uuid"] = call => call.Evaluation.NewId() is { } id ? Value.Of(id.ToString()) : throw call.Fail("there are no ids here"),
    };

    public static FrozenDictionary<string, Function> Functions { get; } =
        Own.Concat(NumberFunctions.Table).Concat(ObjectFunctions.Table).Concat(DateFunctions.Globals).ToFrozenDictionary();

    public static FrozenDictionary<string, Value> Constants { get; } = NumberFunctions.Constants.ToFrozenDictionary();

    /// <summary>What stands before the point of the names above.</summary>
    public static FrozenSet<string> Namespaces { get; } =
        Functions.Keys.Where(name => name.Contains('.')).Select(name => name.Split('.')[0]).ToFrozenSet(StringComparer.Ordinal);

    private static string CodePoint(Call call, double code) => code switch
    {
        >= 0xD800 and <= 0xDFFF => ((char)code).ToString(),
        >= 0 and <= 0x10FFFF when double.IsInteger(code) => char.ConvertFromUtf32((int)code),
        _ => throw call.Fail($"{ValueText.Of(code)} is no code point"),
    };

    /// <summary>The SHA-256 of the canonical JSON (RFC 8785), in hexadecimal: equal values have equal hashes.</summary>
    private static Value Hash(Call call)
    {
        call.Pay(call.Argument(0).Size * 2);
        return Value.Of(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonText.Canonical(call.Argument(0))))));
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

    /// <summary>With a list of names and an indentation, where they are given; a function in the list's place is not.</summary>
    private static Value WriteJson(Call call)
    {
        if (call.HasFunction(1))
        {
            throw call.Fail("`JSON.stringify` takes a list of names here, no function");
        }

        var indent = call.Argument(2) switch
        {
            { Kind: ValueKind.String } text => text.AsString()[..Math.Min(MaxIndent, text.AsString().Length)],
            { Kind: ValueKind.Number } => new string(' ', Math.Clamp(call.Integer(2), 0, MaxIndent)),
            _ => "",
        };
        // Every element has a line of its own, which begins with the indentation of its level.
        call.Pay(call.Argument(0).Size * (1 + ((long)indent.Length * call.Argument(0).Depth)));
        var names = call.Argument(1).Kind == ValueKind.Array ? call.Argument(1).AsArray().Select(ValueText.Of).ToHashSet() : null;
        return call.Argument(0).IsUndefined ? Value.Undefined : Value.Of(JsonText.Of(call.Argument(0), indent, names));
    }
}
