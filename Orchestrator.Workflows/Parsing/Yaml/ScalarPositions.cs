using YamlDotNet.Core;

namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>
/// Finds the place in a file of a character of a scalar's value: the value differs from its source by quotes,
/// escapes, folded lines and the indentation of block scalars.
/// </summary>
internal static class ScalarPositions
{
    public static Position Locate(string text, ScalarNode scalar, int offset)
    {
        var end = Math.Clamp(scalar.End, 0, text.Length);
        var start = Math.Clamp(scalar.Start, 0, end);
        var index = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded
            ? InBlock(text, start, end, offset, scalar.Style == ScalarStyle.Folded)
            : InFlow(text, start, end, offset, scalar.Style);
        return Walk(text, start, Math.Min(index, end), scalar.Position);
    }

    private static Position Walk(string text, int start, int index, Position position)
    {
        var (line, column) = position;
        for (var i = start; i < index; i++)
        {
            (line, column) = text[i] == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return new Position(line, column);
    }

    private static int InFlow(string text, int start, int end, int offset, ScalarStyle style)
    {
        var quoted = style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted;
        var index = quoted ? start + 1 : start;
        for (var value = 0; value < offset && index < end;)
        {
            var (source, produced) = text[index] switch
            {
                '\\' when style == ScalarStyle.DoubleQuoted => Escape(text, index),
                '\'' when style == ScalarStyle.SingleQuoted => (2, 1),
                ' ' or '\t' or '\r' or '\n' => Blank(text, index, end),
                _ => (1, 1),
            };
            index += source;
            value += produced;
        }

        return index;
    }

    /// <summary>Blanks with a line break among them fold into one space, or into the breaks after the first.</summary>
    private static (int Source, int Produced) Blank(string text, int index, int end)
    {
        var length = 0;
        var breaks = 0;
        while (index + length < end && text[index + length] is ' ' or '\t' or '\r' or '\n')
        {
            breaks += text[index + length] == '\n' ? 1 : 0;
            length++;
        }

        return breaks == 0 ? (length, length) : (length, Math.Max(1, breaks - 1));
    }

    private static (int Source, int Produced) Escape(string text, int index) => (index + 1 < text.Length ? text[index + 1] : ' ') switch
    {
        'x' => (4, 1),
        'u' => (6, 1),
        'U' => (10, 1),
        '\r' or '\n' => (1 + Blank(text, index + 1, text.Length).Source, 0),
        _ => (2, 1),
    };

    private static int InBlock(string text, int start, int end, int offset, bool folded)
    {
        var index = NextLine(text, start, end);
        var indentation = Indentation(text, index, end);
        index = SkipIndentation(text, index, end, indentation);
        for (var value = 0; value < offset && index < end; value++)
        {
            if (text[index] != '\n')
            {
                index++;
                continue;
            }

            index = SkipIndentation(text, index + 1, end, indentation);
            if (folded && index < end && text[index] == '\n')
            {
                index = SkipIndentation(text, index + 1, end, indentation);
            }
        }

        return index;
    }

    private static int NextLine(string text, int index, int end)
    {
        var newline = text.IndexOf('\n', index, end - index);
        return newline < 0 ? end : newline + 1;
    }

    /// <summary>The spaces before the first line that has anything else.</summary>
    private static int Indentation(string text, int index, int end)
    {
        var spaces = 0;
        for (; index < end && text[index] is ' ' or '\n' or '\r'; index++)
        {
            spaces = text[index] == ' ' ? spaces + 1 : 0;
        }

        return spaces;
    }

    private static int SkipIndentation(string text, int index, int end, int indentation)
    {
        var limit = Math.Min(end, index + indentation);
        while (index < limit && text[index] == ' ')
        {
            index++;
        }

        return index;
    }
}
