using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>The methods of strings. Searches are by plain text: there are no regular expressions.</summary>
internal static class TextMethods
{
    public static FrozenDictionary<string, Function> Table { get; } = new Dictionary<string, Function>
    {
        ["includes"] = call => Value.Of(IndexOf(call) >= 0),
        ["startsWith"] = call => Value.Of(Searched(call).AsSpan(Start(call)).StartsWith(call.TextOf(0), StringComparison.Ordinal)),
        ["endsWith"] = call => Value.Of(Searched(call).AsSpan(0, Math.Clamp(call.Integer(1, int.MaxValue), 0, call.Text.Length)).EndsWith(call.TextOf(0), StringComparison.Ordinal)),
        ["indexOf"] = call => Value.Of(IndexOf(call)),
        ["lastIndexOf"] = LastIndexOf,
        ["slice"] = call => Cut(call, call.Place(0, call.Text.Length, 0), call.Place(1, call.Text.Length, call.Text.Length)),
        ["substring"] = Substring,
        ["at"] = call => CharacterAt(call, call.Integer(0) is < 0 and var back ? call.Text.Length + back : call.Integer(0), Value.Undefined),
        ["charAt"] = call => CharacterAt(call, call.Integer(0), Value.EmptyString),
        ["charCodeAt"] = call => Value.Of((uint)call.Integer(0) < (uint)call.Text.Length ? call.Text[call.Integer(0)] : double.NaN),
        ["codePointAt"] = call => (uint)call.Integer(0) < (uint)call.Text.Length ? Value.Of(CodePoint(call.Text, call.Integer(0))) : Value.Undefined,
        ["trim"] = call => Value.Of(Trim(Paid(call))),
        ["trimStart"] = call => Value.Of(Paid(call).TrimStart(WhiteSpace)),
        ["trimEnd"] = call => Value.Of(Paid(call).TrimEnd(WhiteSpace)),
        ["toUpperCase"] = call => Value.Of(Paid(call).ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal)),
        ["toLowerCase"] = call => Value.Of(Paid(call).ToLowerInvariant()),
        ["split"] = Split,
        ["replace"] = Replace,
        ["replaceAll"] = ReplaceAll,
        ["padStart"] = call => Value.Of(Padding(call) + call.Text),
        ["padEnd"] = call => Value.Of(call.Text + Padding(call)),
        ["repeat"] = Repeat,
        ["concat"] = Concat,
        ["localeCompare"] = Compare,
        ["normalize"] = Normalize,
        ["toString"] = call => call.Self,
        ["valueOf"] = call => call.Self,
    }.ToFrozenDictionary();

    /// <summary>What JavaScript trims: not quite what .NET does.</summary>
    private static readonly char[] WhiteSpace =
    [
        '\t', '\n', '\v', '\f', '\r', ' ', '\u00A0', '\u1680', '\u2000', '\u2001', '\u2002', '\u2003', '\u2004', '\u2005', '\u2006',
        '\u2007', '\u2008', '\u2009', '\u200A', '\u2028', '\u2029', '\u202F', '\u205F', '\u3000', '\uFEFF',
    ];

    public static string Trim(string text) => text.Trim(WhiteSpace);

    /// <summary>The characters as iteration gives them: a pair of surrogates is one.</summary>
    public static IEnumerable<Value> Characters(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsSurrogatePair(text, i) && i + 1 < text.Length;
            yield return Value.Of(isPair ? text.Substring(i, 2) : text[i].ToString());
            i += isPair ? 1 : 0;
        }
    }

    private static int CodePoint(string text, int place) =>
        place + 1 < text.Length && char.IsSurrogatePair(text[place], text[place + 1])
            ? char.ConvertToUtf32(text[place], text[place + 1])
            : text[place];

    private static int Start(Call call) => Math.Clamp(call.Integer(1), 0, call.Text.Length);

    private static int IndexOf(Call call) => Searched(call).IndexOf(call.TextOf(0), Start(call), StringComparison.Ordinal);

    private static Value LastIndexOf(Call call)
    {
        var wanted = call.TextOf(0);
        var from = call.Argument(1).IsUndefined || double.IsNaN(Operation.ToNumber(call.Argument(1))) ? int.MaxValue : Math.Max(0, call.Integer(1));
        var end = (int)Math.Min((long)from + wanted.Length, call.Text.Length);
        return Value.Of(Searched(call).AsSpan(0, end).LastIndexOf(wanted, StringComparison.Ordinal));
    }

    private static Value Concat(Call call)
    {
        call.Pay(call.Self.Size + call.Arguments.Sum(argument => argument.Size));
        return Value.Of(call.Text + string.Concat(call.Arguments.Select(ValueText.Of)));
    }

    /// <summary>As a dictionary sorts, whatever the machine's language.</summary>
    private static Value Compare(Call call)
    {
        call.Pay((call.Self.Size + call.Argument(0).Size) * 4);
        return Value.Of(Math.Sign(CultureInfo.InvariantCulture.CompareInfo.Compare(call.Text, call.TextOf(0), CompareOptions.None)));
    }

    private static Value Normalize(Call call)
    {
        var form = (call.Argument(0).IsUndefined ? "NFC" : call.TextOf(0)) switch
        {
            "NFC" => NormalizationForm.FormC,
            "NFD" => NormalizationForm.FormD,
            "NFKC" => NormalizationForm.FormKC,
            "NFKD" => NormalizationForm.FormKD,
            _ => throw call.Fail("`normalize` takes NFC, NFD, NFKC or NFKD"),
        };
        try
        {
            return Value.Of(Paid(call).Normalize(form));
        }
        catch (ArgumentException)
        {
            throw call.Fail("`normalize` needs a text without half characters");
        }
    }

    private static string Paid(Call call)
    {
        call.Pay(call.Self.Size);
        return call.Text;
    }

    /// <summary>A search may compare the wanted text at every place, in large blocks.</summary>
    private static string Searched(Call call)
    {
        const int comparedAtOnce = 4096;
        call.Pay(call.Self.Size);
        call.Evaluation.Spend(call.Offset, call.Self.Size * call.Argument(0).Size / comparedAtOnce);
        return call.Text;
    }

    private static Value Cut(Call call, int start, int end)
    {
        call.Pay(Math.Max(0, end - start));
        return start < end ? Value.Of(call.Text[start..end]) : Value.EmptyString;
    }

    private static Value Substring(Call call)
    {
        var length = call.Text.Length;
        var (start, end) = (Math.Clamp(call.Integer(0), 0, length), Math.Clamp(call.Integer(1, length), 0, length));
        return Cut(call, Math.Min(start, end), Math.Max(start, end));
    }

    private static Value CharacterAt(Call call, int place, Value missing) =>
        (uint)place < (uint)call.Text.Length ? Value.Of(call.Text[place].ToString()) : missing;

    private static Value Split(Call call)
    {
        call.Evaluation.Spend(call.Offset, Searched(call).Length);
        if (call.Argument(0).IsUndefined)
        {
            return Value.Array(call.Self);
        }

        var separator = call.TextOf(0);
        if (call.Integer(1, int.MaxValue) < 0)
        {
            throw call.Fail("`split` needs a limit that is not negative");
        }

        var parts = separator.Length == 0
            ? call.Text.Select(c => Value.Of(c.ToString()))
            : call.Text.Split(separator).Select(part => Value.Of(part));
        return Value.Array(parts.Take(call.Integer(1, int.MaxValue)));
    }

    private static Value Replace(Call call)
    {
        var wanted = call.TextOf(0);
        var place = Searched(call).IndexOf(wanted, StringComparison.Ordinal);
        return place < 0
            ? call.Self
            : Value.Of(string.Concat(call.Text.AsSpan(0, place), Replacement(call, wanted), call.Text.AsSpan(place + wanted.Length)));
    }

    private static Value ReplaceAll(Call call)
    {
        var wanted = call.TextOf(0);
        call.Evaluation.Spend(call.Offset, wanted.Length == 0 ? call.Text.Length : 0);
        string[] parts = wanted.Length > 0 ? Searched(call).Split(wanted) : ["", .. call.Text.Select(c => c.ToString()), ""];
        var replacement = Replacement(call, wanted);
        call.Pay(call.Text.Length + ((long)parts.Length * replacement.Length));
        return Value.Of(string.Join(replacement, parts));
    }

    private static string Replacement(Call call, string wanted)
    {
        var replacement = call.HasFunction(1) ? ValueText.Of(call.Invoke(1, Value.Of(wanted))) : call.TextOf(1);
        call.Pay(call.Self.Size + replacement.Length);
        return replacement;
    }

    private static string Padding(Call call)
    {
        var filler = call.Argument(1).IsUndefined ? " " : call.TextOf(1);
        var missing = call.Integer(0) - call.Text.Length;
        if (missing <= 0 || filler.Length == 0)
        {
            return "";
        }

        call.Pay(missing);
        return string.Concat(Enumerable.Repeat(filler, (missing / filler.Length) + 1))[..missing];
    }

    private static Value Repeat(Call call)
    {
        var count = call.Integer(0);
        if (count < 0)
        {
            throw call.Fail("`repeat` needs a count that is not negative");
        }

        call.Pay((long)call.Text.Length * count);
        return Value.Of(call.Text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(call.Text, count)));
    }
}
