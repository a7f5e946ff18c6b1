using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>Reads one token after the other, on demand, so that it never looks beyond the end of an embedded expression.</summary>
internal sealed class Lexer(string text)
{
    // Longest first: the first that fits is taken.
    private static readonly string[] Punctuators =
    [
        ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=",
        "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "**", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
        "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "!", "+", "-", "*", "/", "%", "<", ">", "=", "&", "|", "^", "~", ";", "`", "@", "#",
    ];

    public Token Read(int position)
    {
        while (position < text.Length && (char.IsWhiteSpace(text[position]) || text[position] == '\uFEFF'))
        {
            position++;
        }

        if (position >= text.Length)
        {
            return new Token(TokenKind.End, text.Length, text.Length, "");
        }

        return text[position] switch
        {
            '"' or '\'' => ReadString(position),
            var c when char.IsAsciiDigit(c) => ReadNumber(position),
            '.' when position + 1 < text.Length && char.IsAsciiDigit(text[position + 1]) => ReadNumber(position),
            var c when IsNameStart(c) => ReadName(position),
            _ => ReadPunctuator(position),
        };
    }

    public static bool IsNameStart(char c) => char.IsLetter(c) || c is '_' or '$';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    private Token ReadName(int start)
    {
        var end = start;
        while (end < text.Length && IsNamePart(text[end]))
        {
            end++;
        }

        return new Token(TokenKind.Name, start, end, text[start..end]);
    }

    private Token ReadPunctuator(int start)
    {
        foreach (var punctuator in Punctuators)
        {
            if (string.CompareOrdinal(text, start, punctuator, 0, punctuator.Length) != 0)
            {
                continue;
            }

            // `a?.5:1` is a conditional with a fraction.
            var end = start + punctuator.Length;
            return punctuator == "?." && end < text.Length && char.IsAsciiDigit(text[end])
                ? new Token(TokenKind.Punctuator, start, start + 1, "?")
                : new Token(TokenKind.Punctuator, start, end, punctuator);
        }

        throw new SyntaxException(start, $"the character {Printable(text[start])} has no meaning in an expression");
    }

    private Token ReadNumber(int start)
    {
        var end = start;
        if (text[start] == '0' && start + 1 < text.Length && text[start + 1] is 'x' or 'X')
        {
            end = start + 2;
            while (end < text.Length && char.IsAsciiHexDigit(text[end]))
            {
                end++;
            }

            return ulong.TryParse(text.AsSpan(start + 2, end - start - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? Finish(start, end, hex)
                : throw new SyntaxException(start, "the hexadecimal number has no digits, or too many");
        }

        end = Digits(end);
        if (end < text.Length && text[end] == '.')
        {
            end = Digits(end + 1);
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var digits = end + 1 < text.Length && text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            var exponent = Digits(digits);
            end = exponent > digits ? exponent : throw new SyntaxException(start, "the number's exponent has no digits");
        }

        return Finish(start, end, double.Parse(text.AsSpan(start, end - start), NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private Token Finish(int start, int end, double number) =>
        end < text.Length && IsNamePart(text[end])
            ? throw new SyntaxException(
                start,
                $"`{text[start..(end + 1)]}` is neither a number nor a name",
                "Names don't begin with a digit; for such a property write [\"...\"].")
            : new Token(TokenKind.Number, start, end, text[start..end], number);

    private int Digits(int position)
    {
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return position;
    }

    private Token ReadString(int start)
    {
        var quote = text[start];
        var content = new StringBuilder();
        for (var position = start + 1; position < text.Length; position++)
        {
            var c = text[position];
            if (c == quote)
            {
                return new Token(TokenKind.String, start, position + 1, content.ToString());
            }

            if (c == '\n')
            {
                break;
            }

            if (c == '\\')
            {
                position = Escapes.Read(text, position, content);
            }
            else
            {
                content.Append(c);
            }
        }

        throw new SyntaxException(start, "the string is not closed", $"Close it with {quote}.");
    }

    private static string Printable(char c) => char.IsControl(c) || char.IsSurrogate(c) ? $"U+{(int)c:X4}" : $"`{c}`";
}
