using System.Collections.Frozen;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>The methods of strings. Searches are by plain text: there are no regular expressions.</summary>
internal static class TextMethods
{
    public static FrozenDictionary<string, Function> Table { get; } = new Dictionary<string, Function>
    {
        ["includes"] = call => Value.Of(Searched(call).Contains(call.TextOf(0), StringComparison.Ordinal)),
        ["startsWith"] = call => Value.Of(Searched(call).StartsWith(call.TextOf(0), StringComparison.Ordinal)),
        ["endsWith"] = call => Value.Of(Searched(call).EndsWith(call.TextOf(0), StringComparison.Ordinal)),
        ["indexOf"] = call => Value.Of(Searched(call).IndexOf(call.TextOf(0), StringComparison.Ordinal)),
        ["lastIndexOf"] = call => Value.Of(Searched(call).LastIndexOf(call.TextOf(0), StringComparison.Ordinal)),
        ["slice"] = call => Cut(call, call.Place(0, call.Text.Length, 0), call.Place(1, call.Text.Length, call.Text.Length)),
        ["substring"] = Substring,
        ["at"] = call => CharacterAt(call, call.Integer(0) is < 0 and var back ? call.Text.Length + back : call.Integer(0), Value.Undefined),
        ["charAt"] = call => CharacterAt(call, call.Integer(0), Value.EmptyString),
        ["trim"] = call => Value.Of(Paid(call).Trim()),
        ["trimStart"] = call => Value.Of(Paid(call).TrimStart()),
        ["trimEnd"] = call => Value.Of(Paid(call).TrimEnd()),
        ["toUpperCase"] = call => Value.Of(Paid(call).ToUpperInvariant()),
        ["toLowerCase"] = call => Value.Of(Paid(call).ToLowerInvariant()),
        ["split"] = Split,
        ["replace"] = Replace,
        ["replaceAll"] = ReplaceAll,
        ["padStart"] = call => Value.Of(Padding(call) + call.Text),
        ["padEnd"] = call => Value.Of(call.Text + Padding(call)),
        ["repeat"] = Repeat,
        ["concat"] = call => Value.Of(Paid(call) + string.Concat(call.Arguments.Select(ValueText.Of))),
        ["toString"] = call => call.Self,
    }.ToFrozenDictionary();

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
        if (wanted.Length == 0)
        {
            throw call.Fail("`replaceAll` needs a text to look for that is not empty");
        }

        var parts = Searched(call).Split(wanted);
        var replacement = Replacement(call, wanted);
        call.Pay(call.Text.Length + ((long)parts.Length * replacement.Length));
        return Value.Of(string.Join(replacement, parts));
    }

    private static string Replacement(Call call, string wanted) =>
        call.HasFunction(1) ? ValueText.Of(call.Invoke(1, Value.Of(wanted))) : call.TextOf(1);

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
