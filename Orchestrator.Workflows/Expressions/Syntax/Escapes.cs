using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>The escapes of strings and template strings, as in JavaScript.</summary>
internal static class Escapes
{
    /// <summary>Reads the escape whose backslash is at <paramref name="start"/>; returns the place of its last character.</summary>
    public static int Read(string text, int start, StringBuilder content)
    {
        var at = start + 1;
        if (at >= text.Length)
        {
            throw new SyntaxException(start, "the escape is not complete");
        }

        switch (text[at])
        {
            case 'u' when at + 1 < text.Length && text[at + 1] == '{':
                return CodePoint(text, start, content);
            case 'u':
                content.Append((char)Hex(text, start, at + 1, 4));
                return at + 4;
            case 'x':
                content.Append((char)Hex(text, start, at + 1, 2));
                return at + 2;
            default:
                content.Append(text[at] switch
                {
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\v',
                    '0' => '\0',
                    var same => same,
                });
                return at;
        }
    }

    private static int CodePoint(string text, int start, StringBuilder content)
    {
        var close = text.IndexOf('}', start);
        var length = close - start - 3;
        var rune = length is > 0 and <= 6 ? Hex(text, start, start + 3, length) : -1;
        content.Append(Rune.IsValid(rune)
            ? new Rune(rune).ToString()
            : throw new SyntaxException(start, "the escape names no character", "Write \\u{1F600} with the character's number."));
        return close;
    }

    private static int Hex(string text, int start, int from, int length) =>
        from + length <= text.Length
        && int.TryParse(text.AsSpan(from, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SyntaxException(start, $"the escape needs {length} hexadecimal digits");
}
