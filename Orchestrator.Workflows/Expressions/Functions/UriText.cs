using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary><c>encodeURIComponent</c> and its kin.</summary>
internal static class UriText
{
    private const string Unreserved = "-_.!~*'()";
    private const string Reserved = ";/?:@&=+$,#";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static Function Encode(bool component) => call =>
    {
        call.Pay(call.Argument(0).Size * 3);
        var kept = component ? Unreserved : Unreserved + Reserved;
        var text = new StringBuilder();
        foreach (var b in Bytes(call))
        {
            var isPlain = char.IsAsciiLetterOrDigit((char)b) || kept.Contains((char)b, StringComparison.Ordinal);
            _ = isPlain ? text.Append((char)b) : text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return Value.Of(text.ToString());
    };

    public static Value DecodeComponent(Call call)
    {
        call.Pay(call.Argument(0).Size);
        var text = call.TextOf(0);
        var bytes = new List<byte>(text.Length);
        try
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%')
                {
                    var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                    bytes.AddRange(Strict.GetBytes(text.Substring(i, length)));
                    i += length - 1;
                    continue;
                }

                bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }

            return Value.Of(Strict.GetString([.. bytes]));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw call.Fail("`decodeURIComponent` found text that is not encoded so");
        }
    }

    private static byte[] Bytes(Call call)
    {
        try
        {
            return Strict.GetBytes(call.TextOf(0));
        }
        catch (ArgumentException)
        {
            throw call.Fail($"`{call.Name}` needs a text without half characters");
        }
    }
}
